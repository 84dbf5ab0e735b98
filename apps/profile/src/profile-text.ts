import { quoted } from '@tributary/persistence';
import type { ProfileView } from './combine-profile.ts';

const orNull = (text: string | null): string => (text === null ? 'null' : quoted(text));

/** A view for its json column: amounts as text, no sequence number. Put together by hand, since one is written for nearly every event. */
export function profileText(view: ProfileView): string {
  let sources = '';
  for (const { source, customerId } of view.sources)
    sources += `${sources === '' ? '' : ','}{"source":${quoted(source)},"customerId":${quoted(customerId)}}`;
  let provenance = '';
  for (const { field, source, at } of view.provenance)
    provenance += `${provenance === '' ? '' : ','}{"field":${quoted(field)},"source":${quoted(source)},"at":${at}}`;
  let totals = '';
  for (const { currency, gross, returned, net, paid, invoiced, settled } of view.totals)
    totals += `${totals === '' ? '' : ','}{"currency":${quoted(currency)},"gross":"${gross}","returned":"${returned}","net":"${net}","paid":"${paid}","invoiced":"${invoiced}","settled":"${settled}"}`;
  let mergedFrom = '';
  for (const other of view.mergedFrom) mergedFrom += `${mergedFrom === '' ? '' : ','}${quoted(other)}`;
  return `{"profileId":${quoted(view.profileId)},"updatedAt":${view.updatedAt},"kind":"${view.kind}","name":${orNull(view.name)},"email":${orNull(view.email)},"phone":${orNull(view.phone)},"country":${orNull(view.country)},"marketingConsent":${view.marketingConsent},"sources":[${sources}],"provenance":[${provenance}],"firstOrderAt":${view.firstOrderAt},"lastOrderAt":${view.lastOrderAt},"orders":${view.orders},"returns":${view.returns},"payments":${view.payments},"interactions":${view.interactions},"complaints":${view.complaints},"totals":[${totals}],"mergedFrom":[${mergedFrom}]}`;
}

/** What the console searches in: name, e-mail and telephone number, in small letters. */
export function searchText({ name, email, phone }: Pick<ProfileView, 'name' | 'email' | 'phone'>): string {
  let text = name ?? '';
  for (const more of [email, phone]) if (more !== null && more !== '') text = text === '' ? more : `${text} ${more}`;
  return text.toLowerCase();
}
