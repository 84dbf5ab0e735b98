import { join } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';

/** Default folder for data, below the current one. */
export const DEFAULT_DATA_DIR = '.tributary';
export const DEFAULT_PORT = 18_460;

/** A whole number argument. */
export const wholeNumber = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('must be a whole number');
  return Number(text);
};

/** The first of the ports a hub of our own uses; seven follow. */
export const portOption = (): Option =>
  new Option('--port <first>', 'first of seven consecutive ports').argParser(wholeNumber).default(DEFAULT_PORT);
export const dataDirOption = (name: string): Option =>
  new Option('--data-dir <folder>', 'where data is kept').default(join(DEFAULT_DATA_DIR, name));
