import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { startConsole, type ConsoleUnderTest } from '../support/console-under-test.ts';
import { findBrowser } from '../support/find-browser.ts';
import { eventually } from '../support/eventually.ts';
import { HOSTILE, HOSTILE_SKU, seeded, SKU } from '../support/seed-console.ts';

const pageDir = fileURLToPath(new URL('../../apps/console/web/dist', import.meta.url));
const pictures = fileURLToPath(new URL('../../.tributary/test-output/console', import.meta.url));
const forecastOf = ({ sku, location }: { readonly sku: string; readonly location: string }): string =>
  `/forecast?${new URLSearchParams({ sku, location }).toString()}`;

// What runs in the browser is text: these tests are compiled for Node, without the types of a page.
const REPORT_VIOLATIONS = `document.addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.violatedDirective + ' ' + event.sourceFile))`;
/** Pixels of a canvas in the accent colour, in which the expected demand is drawn. */
const ACCENT_PIXELS = `(() => {
  const canvas = document.querySelector('.chart canvas');
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let accent = 0;
  for (let at = 0; at < pixels.length; at += 4) if (pixels[at] === 15 && pixels[at + 1] === 118 && pixels[at + 2] === 110) accent += 1;
  return accent;
})()`;
jest.setTimeout(60_000);

const FOCUSED = 'document.activeElement?.textContent';

let hub: ConsoleUnderTest;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** Everything the browser complained about: errors, warnings, violations of the content security policy. */
let complaints: string[];

beforeAll(async () => {
  if (!existsSync(join(pageDir, 'index.html'))) throw new Error('the page of the console is not built: run `npm run build` first');
  mkdirSync(pictures, { recursive: true });
  hub = await startConsole();
  browser = await chromium.launch({ executablePath: findBrowser(), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}, 120_000);
afterAll(async () => {
  await browser.close();
  await hub.stop();
}, 60_000);

async function open(locale: string, over: { colorScheme?: 'dark'; viewport?: { width: number; height: number } } = {}): Promise<void> {
  context = await browser.newContext({ baseURL: hub.url, locale, viewport: { width: 1400, height: 900 }, ...over });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  complaints = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.type()}: ${message.text()}`);
  });
  await page.addInitScript({ content: REPORT_VIOLATIONS });
}
afterEach(() => context.close());

const money = (language: string, amount: string, currency: string): string =>
  new Intl.NumberFormat(language, { style: 'currency', currency }).format(amount as `${number}`);
const count = (language: string, value: bigint | number): string => new Intl.NumberFormat(language).format(value);
const shot = (name: string): Promise<unknown> => page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
const heading = (name: string | RegExp, level = 1) => page.getByRole('heading', { name, level });

const languages = [
  {
    language: 'en',
    browserLocale: 'en-GB',
    titles: ['Overview', 'Customers', 'Forecast', 'Quarantine'],
    net: 'Why is this so: Net (EUR)',
    more: 'Show more',
  },
  {
    language: 'zh-CN',
    browserLocale: 'zh-CN',
    titles: ['概览', '客户', '预测', '隔离区'],
    net: '为什么是这样：净额 (EUR)',
    more: '显示更多',
  },
] as const;

describe.each(languages)('in $language', ({ language, browserLocale, titles, net, more }) => {
  beforeEach(() => open(browserLocale));

  it('shows every page by its navigation, without a complaint of the browser', async () => {
    await page.goto('/');
    for (const [index, title] of titles.entries()) {
      await page.getByRole('navigation').getByRole('link', { name: title, exact: true }).click();
      await heading(title).waitFor();
      await page.waitForLoadState('networkidle');
      expect(await page.title()).toBe(`${title} · Tributary`);
      await shot(`${language}-${index}-${['overview', 'customers', 'forecast', 'quarantine'][index]}`);
    }
    expect(await page.evaluate('document.documentElement.lang')).toBe(language);
    expect(complaints).toEqual([]);
  });

  it('shows the figures of the database on the overview', async () => {
    const [sums] = await hub.database.query<{ consumed: bigint; applied: bigint; profiles: bigint }>(
      `SELECT sum(next_offset - first_offset - gaps)::bigint AS consumed, sum(applied)::bigint AS applied,
  (SELECT count(*) FROM profile.profile WHERE visible AND document->>'kind' <> 'GUEST') AS profiles FROM hub.consumer_offset`,
    );
    await page.goto('/');
    const figures = page.locator('.loop .figure, .equation .figure');
    await figures.first().waitFor();
    const shown = await figures.allTextContents();
    expect(shown.slice(0, 2)).toEqual([count(language, sums?.applied ?? 0), count(language, sums?.profiles ?? 0)]);
    expect(shown).toContain(count(language, sums?.consumed ?? 0));
    expect(complaints).toEqual([]);
  });

  it('shows the figures of a customer and explains them by a sum that is equal', async () => {
    const [totals] = await hub.database.query<{ net: string }>(
      `SELECT (sum(d.gross - d.returned) * 0.0001)::text AS net FROM profile.document d JOIN profile.node n USING (node) WHERE n.profile_id = $1 AND d.currency = 'EUR'`,
      [seeded.maria],
    );
    const shown = money(language, totals?.net ?? '', 'EUR');
    await page.goto(`/customers/${seeded.maria}`);
    await page.locator('.money .sum').getByText(shown).waitFor();
    await shot(`${language}-customer`);
    await page.getByRole('button', { name: net, exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('.figure').first().waitFor();
    expect(await dialog.locator('.figure').allTextContents()).toEqual([shown, shown]);
    expect(await dialog.getByText('commerce.order.v1').count()).toBe(42);
    await shot(`${language}-why`);
    expect(complaints).toEqual([]);
  });

  it('draws the forecast and says what the ERP answered', async () => {
    await page.goto(forecastOf(SKU));
    const chart = page.locator('.chart canvas');
    await chart.waitFor();
    await page.mouse.move(1200, 300);
    expect(await page.evaluate<number>(ACCENT_PIXELS)).toBeGreaterThan(20);
    await page.getByText('supplier delivers in boxes of 48').waitFor();
    expect(await page.locator('.answer strong').textContent()).toContain('144');
    await shot(`${language}-forecast`);
    expect(complaints).toEqual([]);
  });

  it('reads on where a list goes on', async () => {
    await page.goto('/customers');
    const rows = page.locator('tbody tr');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(50);
    await page.getByRole('button', { name: more }).click();
    await page.locator('tbody:nth-of-type(51)').waitFor();
    expect(await rows.count()).toBe(100);
    expect(complaints).toEqual([]);
  });
});

describe('text that came from outside', () => {
  beforeEach(() => open('en'));

  it.each([
    ['a customer', `/customers/${seeded.hostile}`, async () => page.getByRole('button', { name: 'Show personal data' }).click()],
    ['a sku', forecastOf(HOSTILE_SKU), () => Promise.resolve()],
    ['a quarantined record', '/quarantine/61', async () => page.getByRole('button', { name: 'Show the record' }).click()],
    ['the faults of a record', '/quarantine/1', () => Promise.resolve()],
  ])('is text on the page of %s', async (_name, path, act) => {
    await page.goto(path);
    await heading(/./u).first().waitFor();
    await act();
    await page.getByText('onerror').first().waitFor();
    await page.waitForLoadState('networkidle');
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.title()).not.toContain('pwned');
    expect((await page.locator('main').textContent())?.replaceAll('\\"', '"')).toContain(HOSTILE);
    expect(complaints).toEqual([]);
  });
});

describe('the page', () => {
  it('can be used with the keyboard alone', async () => {
    await open('en');
    await page.goto('/');
    await page.getByText('Skip to content').waitFor({ state: 'attached' });
    await page.keyboard.press('Tab');
    expect(await page.evaluate(FOCUSED)).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement?.id')).toBe('content');
    await page.locator('.disclosure').first().waitFor();
    await page.locator('.disclosure').first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: /^Partitions of/u }).waitFor();
    await page.goto(`/customers/${seeded.maria}`);
    const why = page.getByRole('button', { name: 'Why is this so: Orders', exact: true });
    await why.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.locator('.figure').first().waitFor();
    expect(await page.evaluate(`document.querySelector('dialog').contains(document.activeElement)`)).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate(FOCUSED)).toBe('Why?');
    await page.goto('/customers');
    await page.getByRole('searchbox').fill('maria.schmidt@shop.example');
    await page.keyboard.press('Enter');
    // Asked from here: a function that the page evaluates again and again is refused by its Content Security Policy.
    await eventually(
      () => page.locator('tbody tr').count(),
      (rows) => rows === 1,
    );
    await page.getByRole('link', { name: 'M••• S••• 王•••' }).waitFor();
    expect(new URL(page.url()).search).toBe('');
    expect(complaints).toEqual([]);
  });

  it('changes its language and keeps the choice', async () => {
    await open('en');
    await page.goto('/quarantine');
    await page.getByLabel('Language').selectOption('zh-CN');
    await heading('隔离区').waitFor();
    await page.reload();
    await heading('隔离区').waitFor();
    expect(complaints).toEqual([]);
  });

  it('masks personal data until it is asked for, and the asking is logged', async () => {
    await open('en');
    await page.goto(`/customers/${seeded.maria}`);
    await heading('M••• S••• 王•••').waitFor();
    expect(await page.locator('main').textContent()).not.toContain('maria.schmidt');
    await page.getByRole('button', { name: 'Show personal data' }).click();
    await heading('María Schmidt-Øster 王').waitFor();
    expect(await page.locator('main').textContent()).toContain('maria.schmidt@shop.example');
    expect(hub.log.some((line) => line.includes('"action":"reveal"') && line.includes(seeded.maria))).toBe(true);
  });

  it.each([
    ['en', 'Try it (nothing is changed)', 'This console may only read.'],
    ['zh-CN', '试运行（不做任何更改）', '此控制台只能读取。'],
  ])('offers what can be done about a record, and says why not (%s)', async (locale, attempt, refusal) => {
    await open(locale);
    for (const path of ['/quarantine', '/quarantine/61']) {
      await page.goto(path);
      await page.getByRole('button', { name: attempt }).click();
      await page.getByText(refusal).waitFor();
    }
    // The browser itself tells of the two refused requests, and of nothing else.
    expect(complaints.filter((complaint) => !complaint.includes('403'))).toEqual([]);
  });

  it('follows a merged id, and says when there is nothing', async () => {
    await open('en');
    await page.goto(`/customers/${seeded.mergedFirst}`);
    await page.getByText(`Profile ${seeded.mergedFirst} was merged into this one.`).waitFor();
    expect(complaints).toEqual([]);
    await page.goto('/customers/00000000-0000-4000-8000-00000000ffff');
    await page.getByText('Nothing was found under this id.').waitFor();
    const answer = await page.goto('/nowhere');
    expect(answer?.status()).toBe(404);
    await heading('There is no such page').waitFor();
  });

  it.each(['dark', 'narrow'] as const)('holds its shape when %s', async (shape) => {
    await open('en', shape === 'dark' ? { colorScheme: 'dark' } : { viewport: { width: 390, height: 844 } });
    for (const [name, path] of [
      ['overview', '/'],
      ['customers', '/customers'],
      ['customer', `/customers/${seeded.maria}`],
      ['forecast', forecastOf(SKU)],
      ['quarantine', '/quarantine'],
      ['record', '/quarantine/60'],
    ] as const) {
      await page.goto(path);
      await page.waitForLoadState('networkidle');
      await shot(`${shape}-${name}`);
      expect([name, await page.evaluate('document.documentElement.scrollWidth <= innerWidth')]).toEqual([name, true]);
    }
    expect(complaints).toEqual([]);
  });

  it('keeps the last figures and says how old they are while Kafka and the database are silent', async () => {
    await open('en');
    await page.goto('/');
    await page.getByText('Live', { exact: true }).waitFor();
    hub.setKafka(false);
    await page.getByText('Lag is unknown until it does.').waitFor();
    hub.setKafka(true);
    await hub.database.query('ALTER SCHEMA console RENAME TO console_away');
    try {
      await page.getByText(/The database has not answered since/u).waitFor();
      expect(await page.locator('.loop .figure').first().textContent()).not.toBe('');
      await page.getByText(/As of \d+ seconds? ago/u).waitFor();
      await shot('stale');
    } finally {
      await hub.database.query('ALTER SCHEMA console_away RENAME TO console');
    }
    await page.getByText('Live', { exact: true }).waitFor();
  });
});
