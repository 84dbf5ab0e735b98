import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { BridgeFault } from './bridge-fault.ts';

/** Never an ERP: unspecified, link-local (cloud metadata lives there), multicast, reserved. */
const nowhere = new BlockList();
nowhere.addSubnet('0.0.0.0', 8, 'ipv4');
nowhere.addSubnet('169.254.0.0', 16, 'ipv4');
nowhere.addSubnet('224.0.0.0', 3, 'ipv4');
nowhere.addAddress('::', 'ipv6');
nowhere.addSubnet('fe80::', 10, 'ipv6');
nowhere.addSubnet('ff00::', 8, 'ipv6');

/** This machine: only where the operator wrote it down, never where a name leads to it. */
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const isIn = (list: BlockList, address: string): boolean => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * Checks the configured address of the ERP: http or https, no user or password in it, no address that cannot be an ERP. Loopback is
 * allowed when it stands there by itself (127.0.0.1, ::1, localhost).
 * @throws BridgeFault `bad-url` or `forbidden-address`.
 */
export function erpAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new BridgeFault('bad-url', 'the address of the ERP must be http:// or https://');
  if (url.username !== '' || url.password !== '')
    throw new BridgeFault('bad-url', 'the address of the ERP must not hold a user or password');
  if (url.search !== '' || url.hash !== '') throw new BridgeFault('bad-url', 'the address of the ERP must end with its path');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isIn(nowhere, host)) throw new BridgeFault('forbidden-address', `${host} cannot be the address of an ERP`);
  return url;
}

/** Finds the addresses of a name, as `dns.lookup` with `all`. */
export type Resolve = (hostname: string, callback: (error: Error | null, addresses: LookupAddress[]) => void) => void;

const systemResolve: Resolve = (hostname, callback) => lookup(hostname, { all: true }, callback);

/**
 * A look-up for connections that checks every address a name leads to, at the moment of connecting, and connects to what was checked: a name
 * that changes its mind between check and use (DNS rebinding) gains nothing.
 */
export function guardedLookup(resolve: Resolve = systemResolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      const local = hostname === 'localhost' || hostname.endsWith('.localhost');
      const bad = addresses?.find(({ address }) => isIn(nowhere, address) || (isIn(loopback, address) && !local));
      const [first] = addresses ?? [];
      if (error !== null) callback(error as NodeJS.ErrnoException, '', 0);
      else if (bad !== undefined)
        callback(new BridgeFault('forbidden-address', `${hostname} leads to ${bad.address}, which cannot be an ERP`), '', 0);
      else if (first === undefined) callback(new BridgeFault('forbidden-address', `${hostname} has no address`), '', 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
