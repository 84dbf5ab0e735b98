// Loaded into a worker: it knows the first version of every contract and no other, as the program before the second one did.
import { register } from 'node:module';

register('./old-contracts-hooks.mjs', import.meta.url);
