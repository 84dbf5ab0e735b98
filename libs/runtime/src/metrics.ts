import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type { Counter, Gauge, Histogram } from 'prom-client';

/** Before every name. */
const PREFIX = 'tributary_';

/**
 * The metrics of a process (Prometheus naming: base units, `_total`, `_seconds`). Asking for a name again gives the same metric, so that
 * several apps in one process may count together. Labels never carry the id of a person or an event.
 */
export interface Metrics {
  counter<Label extends string = never>(name: string, help: string, labels?: readonly Label[]): Counter<Label>;
  /** @param collect called before each scrape, to set values that are cheaper to ask for than to follow; when it throws, the metric has none. */
  gauge<Label extends string = never>(
    name: string,
    help: string,
    labels?: readonly Label[],
    collect?: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label>;
  histogram<Label extends string = never>(
    name: string,
    help: string,
    labels?: readonly Label[],
    buckets?: readonly number[],
  ): Histogram<Label>;
  /** Everything in the Prometheus text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Makes the metrics of this process. @param withProcess also memory, CPU and event loop of the process. */
export function createMetrics(withProcess = true): Metrics {
  const registry = new Registry();
  if (withProcess) collectDefaultMetrics({ register: registry, prefix: PREFIX });
  const registers = [registry];
  const unread = new Counter({
    name: `${PREFIX}metrics_unread_total`,
    help: 'Earlier scrapes at which the values of a metric could not be read, as when the database is away.',
    labelNames: ['metric'],
    registers,
  });

  const once = <T>(name: string, labels: readonly string[], kind: new (...args: never[]) => T, make: (fullName: string) => T): T => {
    const fullName = `${PREFIX}${name}`;
    const found = registry.getSingleMetric(fullName) as (T & { labelNames?: readonly string[] }) | undefined;
    if (found === undefined) return make(fullName);
    if (!(found instanceof kind) || found.labelNames?.join() !== labels.join())
      throw new TypeError(`metric ${fullName} exists already, of another kind or with other labels`);
    return found;
  };

  return {
    contentType: registry.contentType,
    counter: (name, help, labels = []) =>
      once(name, labels, Counter, (fullName) => new Counter({ name: fullName, help, labelNames: [...labels], registers })),
    gauge: (name, help, labels = [], collect) =>
      once(
        name,
        labels,
        Gauge,
        (fullName) =>
          new Gauge({
            name: fullName,
            help,
            labelNames: [...labels],
            registers,
            ...(collect === undefined
              ? {}
              : {
                  // What cannot be read is left out, and told; everything else of the process is wanted most just then.
                  async collect(this: Gauge) {
                    try {
                      await collect(this as never);
                    } catch {
                      this.reset();
                      if (labels.length === 0) this.set(Number.NaN);
                      unread.inc({ metric: fullName });
                    }
                  },
                }),
          }),
      ) as never,
    histogram: (name, help, labels = [], buckets) =>
      once(
        name,
        labels,
        Histogram,
        (fullName) =>
          new Histogram({
            name: fullName,
            help,
            labelNames: [...labels],
            registers,
            ...(buckets === undefined ? {} : { buckets: [...buckets] }),
          }),
      ),
    text: () => registry.metrics(),
  };
}
