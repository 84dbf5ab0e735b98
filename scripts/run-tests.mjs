// `npm test`: the checks, then the test projects, one after the other; goes on after a failure so that one run tells everything.
// `faults` are the cells of the fault matrix that are fast (test/faults). Ends with the line `N passed, N failed`, where each check and each test counts as one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => join(root, 'node_modules/.bin', name);
const checks = [
  ['build', bin('tsc'), ['-b']],
  ['types of tests', bin('tsc'), ['-p', 'tsconfig.test.json']],
  ['types of the console page', bin('tsc'), ['-p', 'apps/console/web/tsconfig.json']],
  ['console page', bin('vite'), ['build', 'apps/console/web', '--logLevel', 'warn']],
  ['references', process.execPath, ['scripts/sync-references.mjs', '--check']],
  ['generated code', bin('tsx'), ['scripts/codegen.ts', '--check']],
  ['generated connectors', bin('tsx'), ['scripts/connectors.ts', '--check']],
  ['AsyncAPI', bin('tsx'), ['scripts/asyncapi.ts', '--check']],
  ['documented configuration', bin('tsx'), ['scripts/config-docs.ts', '--check']],
  ['contracts', bin('tsx'), ['scripts/contracts-check.ts']],
  ['lint', bin('eslint'), ['.', '--max-warnings', '0']],
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['directions', bin('depcruise'), ['libs', 'apps', 'cli', 'sim', 'deploy', '--config', '.dependency-cruiser.cjs', '--output-type', 'err']],
  ['dead code', bin('knip'), ['--no-progress']],
];

const wanted = process.argv.slice(2);
let passed = 0;
let failed = 0;
const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);

if (wanted.includes('check')) {
  for (const [name, command, args] of checks) {
    const began = performance.now();
    const run = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    const ok = run.status === 0;
    if (ok) passed += 1;
    else failed += 1;
    process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds(began)} s)\n`);
    if (!ok) process.stdout.write(`${run.error?.message ?? ''}${run.stdout}${run.stderr}\n`);
  }
} else if (wanted.some((name) => name !== 'unit')) {
  const built = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  if (built.status !== 0) process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'tributary-tests-'));
if (wanted.includes('faults')) {
  const began = performance.now();
  const report = join(folder, 'faults.json');
  const run = spawnSync(bin('tsx'), ['test/faults/run-faults.ts', '--fast', '--json', report], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  try {
    const { cells } = JSON.parse(readFileSync(report, 'utf8'));
    const ran = cells.filter((cell) => cell.ran);
    const good = ran.filter((cell) => cell.why === '' && cell.lost === 0 && cell.doubled === 0 && cell.orderKept).length;
    passed += good;
    failed += ran.length - good;
    process.stdout.write(
      `${good === ran.length ? 'ok    ' : 'FAILED'} faults: ${good} passed, ${ran.length - good} failed (${seconds(began)} s)\n`,
    );
  } catch {
    process.stdout.write(`FAILED faults: ended with ${run.status ?? run.signal} and no report\n`);
    failed += 1;
  }
}
for (const project of wanted.filter((name) => name !== 'check' && name !== 'faults')) {
  const began = performance.now();
  const report = join(folder, `${project}.json`);
  const args = [
    '--experimental-vm-modules',
    '--no-warnings',
    join(root, 'node_modules/jest/bin/jest.js'),
    '--selectProjects',
    project,
    '--json',
    '--outputFile',
    report,
    '--silent=false',
  ];
  // Services and browsers are shared by the specs of one run: one worker keeps them from disturbing each other.
  if (project !== 'unit') args.push('--runInBand');
  else args.push('--maxWorkers=100%');
  const run = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    process.stdout.write(`FAILED ${project}: jest ended with ${run.status ?? run.signal} and no report\n`);
    failed += 1;
    continue;
  }
  passed += result.numPassedTests;
  // A spec file that cannot even be loaded is a failure of its own.
  failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  process.stdout.write(
    `${result.success ? 'ok    ' : 'FAILED'} ${project}: ${result.numPassedTests} passed, ${result.numFailedTests} failed (${seconds(began)} s)\n`,
  );
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
