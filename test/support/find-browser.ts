import { existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * The browser that is installed: the one CHROMIUM_PATH names, else the first of the usual places.
 * @throws Error saying how to get one; a test that needs a browser never passes without.
 */
export function findBrowser(): string {
  const named = process.env.CHROMIUM_PATH;
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM_PATH names ${named}, which is not there`);
  }
  const found = PLACES.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error('no Chromium or Chrome found: install it (Debian: apt-get install chromium) or set CHROMIUM_PATH');
}
