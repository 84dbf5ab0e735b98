// Loaded into a worker: names under faults.invalid are this machine, unless the file FAULTS_DNS_DOWN exists; then the resolver answers nothing.
import dns from 'node:dns';
import { existsSync } from 'node:fs';

const real = dns.lookup;
dns.lookup = (name, options, callback) => {
  const done = callback ?? options;
  const all = typeof options === 'object' && options?.all === true;
  if (!String(name).endsWith('.faults.invalid')) return real(name, options, callback);
  if (existsSync(process.env.FAULTS_DNS_DOWN)) {
    const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${name}`), {
      code: 'EAI_AGAIN',
      errno: -3001,
      syscall: 'getaddrinfo',
      hostname: name,
    });
    setTimeout(() => done(error), 50);
    return undefined;
  }
  setImmediate(() => (all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)));
  return undefined;
};
