import { Command } from 'commander';
import { registerAuditVerb } from './verbs/audit.ts';
import { registerContractsVerbs } from './verbs/contracts.ts';
import { registerDemoVerb } from './verbs/demo.ts';
import { registerDataVerbs } from './verbs/data.ts';
import { registerErpSimVerb } from './verbs/erp-sim.ts';
import { registerInspectVerbs } from './verbs/inspect.ts';
import { registerModelVerbs } from './verbs/models.ts';
import { registerOutboxVerbs } from './verbs/outbox.ts';
import { registerQuarantineVerbs } from './verbs/quarantine.ts';
import { registerReplayVerb } from './verbs/replay.ts';
import { registerRebuildVerb } from './verbs/rebuild.ts';
import { registerServiceVerbs } from './verbs/services.ts';

/** The command line: every verb with `--help`, text for people and `--json` for programs. */
export function createProgram(): Command {
  const program = new Command('tributary')
    .description(
      "The event hub between a seller's ERP, shop and CRM: one customer profile, segments and forecasts, acknowledged by the ERP.",
    )
    .exitOverride()
    .showHelpAfterError()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 wrong use, 3 not found, 4 the environment lacks something, 130 interrupted.\nSee docs/cli.md.',
    );
  registerDemoVerb(program);
  registerServiceVerbs(program);
  registerDataVerbs(program);
  registerContractsVerbs(program);
  registerInspectVerbs(program);
  registerQuarantineVerbs(program);
  registerReplayVerb(program);
  registerAuditVerb(program);
  registerOutboxVerbs(program);
  registerRebuildVerb(program);
  registerErpSimVerb(program);
  registerModelVerbs(program);
  return program;
}
