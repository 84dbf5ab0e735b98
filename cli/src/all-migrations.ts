import { migrations as consoleMigrations } from '@tributary/app-console';
import { migrations as erpBridgeMigrations } from '@tributary/app-erp-bridge';
import { migrations as forecastMigrations } from '@tributary/app-forecast';
import { migrations as gatewayMigrations } from '@tributary/app-gateway';
import { migrations as insightMigrations } from '@tributary/app-insight';
import { migrations as profileMigrations } from '@tributary/app-profile';
import { hubMigrations, type Migration } from '@tributary/persistence';

/** Every step of the schema, of all apps. */
export const allMigrations: readonly Migration[] = [
  ...hubMigrations,
  ...gatewayMigrations,
  ...profileMigrations,
  ...insightMigrations,
  ...forecastMigrations,
  ...erpBridgeMigrations,
  ...consoleMigrations,
];
