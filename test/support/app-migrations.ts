import { migrations as console } from '@tributary/app-console';
import { migrations as erpBridge } from '@tributary/app-erp-bridge';
import { migrations as forecast } from '@tributary/app-forecast';
import { migrations as insight } from '@tributary/app-insight';
import { migrations as profile } from '@tributary/app-profile';
import type { Migration } from '@tributary/persistence';

/** The tables of every app that the console's views look at, and those views. */
export const consoleMigrations: readonly Migration[] = [...profile, ...insight, ...forecast, ...erpBridge, ...console];
