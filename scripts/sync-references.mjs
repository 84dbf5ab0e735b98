// Writes each package's tsconfig.json and the root reference list from the @tributary/* imports found in its sources,
// so that project references cannot drift from the code. `npm run references`; `npm run check` fails if it changes anything.
import { readdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const workspaces = ['apps', 'libs', 'sim'].flatMap((dir) =>
  readdirSync(join(root, dir))
    .sort()
    .map((name) => join(dir, name)),
);
const packages = [...workspaces, 'deploy/embedded', 'cli'].filter((dir) => existsSync(join(root, dir, 'package.json')));
const byName = new Map(packages.map((dir) => [JSON.parse(readFileSync(join(root, dir, 'package.json'), 'utf8')).name, dir]));

const sources = (dir) =>
  readdirSync(dir, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.ts') && !/\.(spec|int-spec)\.ts$/.test(file))
    .sort()
    .map((file) => join(dir, file));

const imports = (file) =>
  [...readFileSync(file, 'utf8').matchAll(/from '(@tributary\/[a-z-]+)'|import\('(@tributary\/[a-z-]+)'\)/g)].map(
    (match) => match[1] ?? match[2],
  );

const outputs = new Map();
for (const dir of packages) {
  const used = [...new Set(sources(join(root, dir, 'src')).flatMap(imports))].filter((name) => byName.get(name) !== dir).sort();
  const up = relative(join(root, dir), root);
  const config = {
    extends: `${up}/tsconfig.base.json`,
    compilerOptions: { rootDir: 'src', outDir: 'dist' },
    include: ['src'],
    exclude: ['**/*.spec.ts', '**/*.int-spec.ts'],
    references: used.map((name) => ({ path: relative(join(root, dir), join(root, byName.get(name) ?? missing(name, dir))) })),
  };
  outputs.set(join(dir, 'tsconfig.json'), config);
}
outputs.set('tsconfig.json', { files: [], references: packages.map((dir) => ({ path: dir })) });

let changed = 0;
for (const [file, config] of outputs) {
  const path = join(root, file);
  const text = JSON.stringify(config, null, 2) + '\n';
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (before === text) continue;
  changed += 1;
  writeFileSync(path, text);
  process.stderr.write(`references: wrote ${file}\n`);
}
if (process.argv.includes('--check') && changed > 0) process.exit(1);

function missing(name, dir) {
  throw new Error(`${dir} imports ${name}, which is no workspace of this repository`);
}
