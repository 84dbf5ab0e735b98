import type { ReactNode } from 'react';
import { useLocale } from './locale.tsx';
import type { WhyField } from './why-dialog.tsx';

/** The small button beside a figure that asks where it comes from. */
export function WhyButton({ field, ask }: { readonly field: WhyField; readonly ask: (field: WhyField) => void }): ReactNode {
  const { t } = useLocale();
  const name = t(`customer.${field.field}`);
  return (
    <button
      type="button"
      className="why"
      aria-label={t('customer.whyOf', { field: field.currency === undefined ? name : `${name} (${field.currency})` })}
      onClick={() => ask(field)}
    >
      {t('customer.why')}
    </button>
  );
}
