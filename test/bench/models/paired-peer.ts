import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonEnvironment } from '../../support/python-environment.ts';
import { startPythonPeer } from './python-peer.ts';
import type { PythonPeer } from './python-peer.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** The Python side of a bench, its environment made when missing; undefined after a loud word on standard error where there can be none. */
export async function pairedPeer(name: 'matching' | 'baskets' | 'lifetime' | 'forecasting'): Promise<PythonPeer | undefined> {
  try {
    const python = pythonEnvironment(name, join(here, `../../conformance/${name}/requirements.txt`));
    return await startPythonPeer(python, join(here, `${name}_peer.py`));
  } catch (error) {
    process.stderr.write(
      `\nNO PYTHON SIDE: nothing is compared with the Python libraries, and that counts as missed. Needed: python3 with venv, and a package registry.\n${(error as Error).message}\n\n`,
    );
    return undefined;
  }
}
