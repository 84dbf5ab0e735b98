import { EmbeddedFault } from './embedded-fault.ts';
import type { Embedded, EmbeddedOptions } from './embedded.ts';
import type { KafkaListener } from './kafka-properties.ts';
import { startKafka } from './kafka-service.ts';
import { startPostgres } from './postgres-service.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { startRedis } from './redis-service.ts';
import type { RunningService } from './running-service.ts';
import type { ServiceContext } from './service-context.ts';
import { SERVICE_TITLES } from './service-name.ts';
import type { ServiceName } from './service-name.ts';
import { removeServiceRecord, writeServiceRecord } from './service-record.ts';
import { spawnReaper } from './spawn-reaper.ts';
import type { Reaper } from './spawn-reaper.ts';
import { stopProcess, stopServices } from './stop-process.ts';

type Addresses = Pick<Embedded, 'brokers' | 'databaseUrl' | 'redisUrl'>;
type Setting = {
  dataDir: string;
  cacheDir: string;
  log: (line: string) => void;
  owner: string;
  ports: EmbeddedOptions['ports'];
  kafkaHeapMb: number;
  postgresSettings: Readonly<Record<string, string>>;
  kafkaListeners: readonly KafkaListener[];
};

/** The services of one start with their reaper and their record on disk; whoever uses it holds the lock of the data folder. */
export class ServiceSet {
  private readonly services: Partial<Record<ServiceName, ProcessIdentity>> = {};
  private readonly expectedToEnd = new Set<ServiceName>();
  private reaper: Reaper | undefined;

  constructor(private readonly setting: Setting) {}

  /** Starts the reaper, then the parts at the same time; when one fails, the others are stopped and its fault is thrown. */
  async startAll(parts: readonly ServiceName[]): Promise<Addresses> {
    this.reaper = spawnReaper(this.setting.dataDir, this.setting.owner);
    this.record();
    const abort = new AbortController();
    let first: { reason: unknown } | undefined;
    const started = await Promise.all(
      parts.map((name) =>
        this.start(name, abort.signal).catch((reason: unknown) => {
          first ??= { reason };
          abort.abort();
          return '';
        }),
      ),
    );
    if (first !== undefined) {
      await this.stopAll();
      throw first.reason;
    }
    const address = (name: ServiceName): string => started[parts.indexOf(name)] ?? '';
    return { brokers: address('kafka'), databaseUrl: address('postgres'), redisUrl: address('redis') };
  }

  pids(): Embedded['pids'] {
    const own = Object.entries(this.services).map(([name, identity]) => [name, identity.pid]);
    const reaper = this.reaper?.identity?.pid;
    return Object.fromEntries(reaper === undefined ? own : [...own, ['reaper', reaper]]);
  }

  async restart(name: ServiceName): Promise<void> {
    const before = this.services[name];
    this.expectedToEnd.add(name);
    if (before !== undefined && !(await stopProcess(before, name))) throw this.stuck([name]);
    await this.start(name, new AbortController().signal);
  }

  /** Services first, the reaper when nothing is left for it, the record last. */
  async stopAll(): Promise<void> {
    for (const name of Object.keys(this.services) as ServiceName[]) this.expectedToEnd.add(name);
    const stuck = await stopServices(this.services);
    if (stuck.length > 0) throw this.stuck(stuck);
    removeServiceRecord(this.setting.dataDir);
    this.reaper?.dismiss();
    if (this.reaper?.identity !== undefined) await stopProcess(this.reaper.identity, 'reaper');
  }

  private async start(name: ServiceName, signal: AbortSignal): Promise<string> {
    const { dataDir, cacheDir, log, ports, kafkaHeapMb, kafkaListeners, postgresSettings } = this.setting;
    const onSpawn = (identity: ProcessIdentity): void => {
      this.services[name] = identity;
      this.record();
    };
    const context: ServiceContext = { dataDir, cacheDir, log, signal, onSpawn };
    this.expectedToEnd.delete(name);
    switch (name) {
      case 'kafka':
        this.watch(name, await startKafka(context, ports, kafkaHeapMb, kafkaListeners));
        return `127.0.0.1:${ports.kafka}`;
      case 'postgres': {
        const { running, url } = await startPostgres(context, ports.postgres, postgresSettings);
        this.watch(name, running);
        return url;
      }
      case 'redis': {
        const { running, password } = await startRedis(context, ports.redis);
        this.watch(name, running);
        return `redis://:${password}@127.0.0.1:${ports.redis}`;
      }
    }
  }

  /** Says when a service ends that nobody asked to. What depends on it notices by its own means; restart() brings it back. */
  private watch(name: ServiceName, running: RunningService): void {
    const tell = (how: string): void => {
      if (this.services[name] !== running.identity || this.expectedToEnd.has(name)) return;
      this.setting.log(
        `${SERVICE_TITLES[name]} (process ${running.identity.pid}) ended unasked, ${how}; its log is logs/${name}.log in the data folder`,
      );
    };
    if (running.child.exitCode !== null || running.child.signalCode !== null) tell('right after its start');
    else running.child.once('exit', (code, signal) => tell(signal === null ? `with exit code ${code}` : `by ${signal}`));
  }

  private record(): void {
    const reaper = this.reaper?.identity;
    writeServiceRecord(this.setting.dataDir, {
      owner: this.setting.owner,
      services: this.services,
      ...(reaper === undefined ? {} : { reaper }),
    });
  }

  private stuck(names: readonly ServiceName[]): EmbeddedFault {
    const shown = names.map((name) => `${SERVICE_TITLES[name]} (process ${this.services[name]?.pid})`).join(', ');
    return new EmbeddedFault('leftover-stuck', `${shown} did not end`, 'end it by its process id');
  }
}
