import type { Command } from 'commander';
import { allContracts, checkCompatibility, contractNamed, topology } from '@tributary/contracts';
import { exitCode } from '../exit-code.ts';
import { createOutput, table } from '../output.ts';
import { VerbFault } from '../verb-fault.ts';

interface Shared {
  readonly json?: true;
}

/** `tributary contracts check|list|show`. */
export function registerContractsVerbs(program: Command): void {
  const verb = program.command('contracts').description('the versioned Avro contracts');
  verb
    .command('check')
    .description('every version against every other (FULL_TRANSITIVE); names version and field')
    .option('--json', 'for programs')
    .action((options: Shared) => {
      const faults = allContracts.flatMap((contract) =>
        checkCompatibility(contract.versions).map((verdict) => ({ contract: contract.name, ...verdict })),
      );
      const versions = allContracts.reduce((sum, contract) => sum + contract.versions.length, 0);
      createOutput(options.json === true).result(
        { compatible: faults.length === 0, contracts: allContracts.length, versions, faults },
        () =>
          faults.length === 0
            ? `${allContracts.length} contracts, ${versions} versions: every version reads every other`
            : faults.map((fault) => `${fault.contract}: ${fault.message}`).join('\n'),
      );
      if (faults.length > 0) process.exitCode = exitCode.failed;
    });
  verb
    .command('list')
    .description('every contract with its topic, versions, writer and readers')
    .option('--json', 'for programs')
    .action((options: Shared) => {
      const apps = Object.entries(topology);
      const rows = allContracts.map((contract) => ({
        contract: contract.name,
        topic: contract.topic,
        versions: contract.versions.map((version) => version.version).join(','),
        id: contract.latest.id,
        role: contract.role,
        shape: contract.shape,
        writers: apps
          .filter(([, app]) => app.writes.includes(contract))
          .map(([name]) => name)
          .join(','),
        readers: apps
          .filter(([, app]) => app.reads.includes(contract))
          .map(([name]) => name)
          .join(','),
      }));
      createOutput(options.json === true).result(rows, () => table(rows));
    });
  verb
    .command('show <name>')
    .description('the schema of one contract')
    .option('--json', 'for programs')
    .option('--version <n>', 'a version; the latest by default', Number)
    .action((name: string, options: Shared & { version?: number }) => {
      const contract = contractNamed(name);
      const version = contract?.versions.find((entry) => entry.version === (options.version ?? contract.latest.version));
      if (contract === undefined || version === undefined)
        throw new VerbFault(
          `no contract ${name}${options.version === undefined ? '' : ` v${options.version}`}; see tributary contracts list`,
          exitCode.notFound,
        );
      createOutput(options.json === true).result({ name, topic: contract.topic, subject: contract.subject, ...version }, () =>
        JSON.stringify(version.schema, null, 2),
      );
    });
}
