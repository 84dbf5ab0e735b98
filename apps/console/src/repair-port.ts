import type { Edit, EditOutcome, KeyAction, QuarantineFilter, RedriveReport } from '@tributary/persistence';

/** Changes what is in the quarantine, through the stages of the hub; given by the host. `actor` is who stands in the log. */
export interface RepairPort {
  redrive(action: KeyAction, filter: QuarantineFilter, dryRun: boolean, actor: string): Promise<RedriveReport>;
  edit(id: bigint, edit: Edit, actor: string): Promise<EditOutcome>;
}
