import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const ESTABLISHED = '01';

/** Remote TCP ports that a process is connected to, but for the given ones; Linux only. Ports at which it was called are none. */
export function foreignPorts(pid: number, known: readonly number[]): number[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        // Closed since the folder was read.
        return [];
      }
    }),
  );
  const rows = ['tcp', 'tcp6'].flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').trim().split('\n').slice(1));
  const sockets = rows.map((row) => row.trim().split(/\s+/)).filter((fields) => inodes.has(fields[9] ?? ''));
  const port = (address = ''): number => Number.parseInt(address.split(':')[1] ?? '', 16);
  const listening = new Set(sockets.filter((fields) => fields[3] !== ESTABLISHED).map((fields) => port(fields[1])));
  return sockets
    .filter((fields) => fields[3] === ESTABLISHED && !listening.has(port(fields[1])))
    .map((fields) => port(fields[2]))
    .filter((remote) => !known.includes(remote));
}
