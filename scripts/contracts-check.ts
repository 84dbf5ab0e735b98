// `npm run check`: the house rules of every released schema, and FULL_TRANSITIVE between every pair of versions. The hash lock is checked by
// scripts/codegen.ts --check.
import { allContracts, checkCompatibility, lintSchema } from '@tributary/contracts';

const problems = allContracts.flatMap((contract) => [
  ...contract.versions.flatMap(({ version, schema }) => lintSchema(schema).map((fault) => `${contract.name} v${version}: ${fault}`)),
  ...checkCompatibility(contract.versions).map(({ message }) => `${contract.name} ${message}`),
]);
if (problems.length > 0) {
  process.stderr.write(problems.map((problem) => `contracts: ${problem}\n`).join(''));
  process.exit(1);
}
process.stdout.write(
  `contracts: ${allContracts.length} contracts, ${allContracts.flatMap(({ versions }) => versions).length} versions, compatible\n`,
);
