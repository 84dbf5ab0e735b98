// Loaded before a worker: replaces snippets of the product's code as it is loaded. Which ones, FAULTS_MUTANT says (JSON of a mutant).
import { register } from 'node:module';

register('./mutate-hooks.mjs', import.meta.url, { data: JSON.parse(process.env.FAULTS_MUTANT) });
