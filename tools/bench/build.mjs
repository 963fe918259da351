#!/usr/bin/env node
// Compares `nx run-many -t publish-oci` with a plain loop of the same `go build` over the same plugins, cold
// and unchanged, in one run: node tools/bench/build.mjs --workspace PATH
//
// Both start from an empty Go build cache of their own; modules must be downloaded already. The loop only
// builds: it neither checks, packs nor publishes. Processor time is read from /proc (Linux).
import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { workspace: { type: 'string', default: '.' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help) {
  console.log('usage: node tools/bench/build.mjs [--workspace PATH]');
  process.exit(0);
}
const workspace = resolve(values.workspace);
const nx = join(
  createRequire(join(workspace, 'package.json')).resolve('nx/package.json'),
  '..',
  JSON.parse(
    await readFile(createRequire(join(workspace, 'package.json')).resolve('nx/package.json')),
  ).bin.nx,
);
const scratch = await mkdtemp(join(tmpdir(), 'bench-build-'));

const environment = {
  ...process.env,
  NX_DAEMON: 'false',
  NX_CACHE_DIRECTORY: join(scratch, 'nx-cache'),
  NX_WORKSPACE_DATA_DIRECTORY: join(scratch, 'nx-data'),
};
const loopEnvironment = {
  ...process.env,
  GOFLAGS: '-mod=readonly',
  GOWORK: 'off',
  GOOS: 'wasip1',
  GOARCH: 'wasm',
  CGO_ENABLED: '0',
  GOCACHE: join(scratch, 'go-loop'),
};

/** Runs a program to its end and tells whether it succeeded, and what it printed. */
function run(program, args, cwd, env) {
  return new Promise((done) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.once('close', (code) => done({ succeeded: code === 0, stdout }));
  });
}

/** Processor seconds of all children of this process that have ended. */
async function childSeconds() {
  const stat = await readFile('/proc/self/stat', 'utf8').catch(() => undefined);
  if (stat === undefined) return NaN;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

async function measure(work) {
  const [cpu, start] = [await childSeconds(), performance.now()];
  const result = await work();
  return { wall: (performance.now() - start) / 1000, cpu: (await childSeconds()) - cpu, ...result };
}

const { stdout } = await run(
  process.execPath,
  [nx, 'show', 'projects', '--withTarget', 'build-wasm', '--json'],
  workspace,
  environment,
);
const roots = [];
for (const project of JSON.parse(stdout)) {
  const shown = await run(
    process.execPath,
    [nx, 'show', 'project', project, '--json'],
    workspace,
    environment,
  );
  roots.push(JSON.parse(shown.stdout).root);
}

const flags = ['-buildmode=c-shared', '-trimpath', '-buildvcs=false', '-ldflags=-buildid='];
async function loop() {
  let built = 0;
  for (const [at, root] of roots.entries()) {
    const output = join(scratch, 'loop', `${at}.wasm`);
    const { succeeded } = await run(
      'go',
      ['build', ...flags, '-o', output, './'],
      join(workspace, root),
      loopEnvironment,
    );
    if (succeeded) built += 1;
  }
  return { done: built };
}

async function publish() {
  const { stdout: printed } = await run(
    process.execPath,
    [nx, 'run-many', '-t', 'publish-oci'],
    workspace,
    {
      ...environment,
      GOCACHE: join(scratch, 'go-nx'),
    },
  );
  return { done: printed.split('\n').filter((line) => / (already )?published /.test(line)).length };
}

try {
  await mkdir(join(scratch, 'loop'));
  await rm(join(workspace, 'dist'), { recursive: true, force: true });
  const rows = {
    'shell loop of go build, cold': await measure(loop),
    'nx run-many -t publish-oci, cold': await measure(publish),
    'shell loop of go build, unchanged': await measure(loop),
    'nx run-many -t publish-oci, unchanged': await measure(publish),
  };
  console.log(`${roots.length} plugins in ${workspace}\n`);
  console.log(`${''.padEnd(40)} plugins   wall s    CPU s   wall ratio   CPU ratio`);
  for (const [name, { wall, cpu, done }] of Object.entries(rows)) {
    const base = rows[`shell loop of go build, ${name.split(', ')[1]}`];
    const cells = [
      String(done).padStart(7),
      wall.toFixed(1).padStart(8),
      cpu.toFixed(1).padStart(8),
      (wall / base.wall).toFixed(2).padStart(12),
      (cpu / base.cpu).toFixed(2).padStart(11),
    ];
    console.log(name.padEnd(40), ...cells);
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
