/**
 * The steps of the data plane between which a process may die. What must hold after a death at each of them is proven by test/faults.
 *
 * | step | where |
 * |---|---|
 * | `ingress-received` | gateway: body read and admitted, nothing stored |
 * | `ingress-stored` | gateway: committed, not answered |
 * | `batch-taken` | stage: records taken, transaction not begun |
 * | `inbox-noted` | stage: offsets moved and inbox written, nothing committed |
 * | `batch-committed` | stage: committed, Kafka's own offset not |
 * | `relay-selected` | relay: rows read, nothing sent |
 * | `relay-acknowledged` | relay: the broker has them, not marked |
 * | `webhook-posted` | ERP bridge: the ERP has answered, not recorded |
 */
export type Step =
  | 'ingress-received'
  | 'ingress-stored'
  | 'batch-taken'
  | 'inbox-noted'
  | 'batch-committed'
  | 'relay-selected'
  | 'relay-acknowledged'
  | 'webhook-posted';

/** Called when a step is passed, and waited for; without one nothing happens. */
export type StepHook = (step: Step) => void | Promise<void>;
