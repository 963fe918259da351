import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BUILT_PACKAGE,
  type CommandResult,
  copySamples,
  isolatedEnvironment,
  REPOSITORY,
  runCommand,
  succeed,
} from '../testing/workspace';

describe('the packed package, installed into an empty workspace', () => {
  let base: string;
  let env: Record<string, string>;
  const npx = (...args: string[]): Promise<CommandResult> =>
    runCommand('npx', ['--no-install', ...args], base, env);

  beforeAll(async () => {
    base = await mkdtemp(join(tmpdir(), 'nx-proxy-wasm-tarball-'));
    env = isolatedEnvironment(join(base, '..', `${base}-caches`));
    const packed = await succeed(
      runCommand('npm', ['pack', '--json', '--pack-destination', base], BUILT_PACKAGE, env),
    );
    const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
    await writeFile(join(base, 'package.json'), '{ "name": "empty", "private": true }\n');
    await writeFile(join(base, 'nx.json'), '{ "analytics": false, "neverConnectToCloud": true }\n');
    const nx = JSON.parse(
      await readFile(join(REPOSITORY, 'node_modules', 'nx', 'package.json'), 'utf8'),
    ) as { version: string };
    await succeed(
      runCommand(
        'npm',
        ['install', '--save-dev', '--no-audit', '--no-fund', `nx@${nx.version}`, `./${filename}`],
        base,
        env,
      ),
    );
    await copySamples(base, ['extensions/path-rewrite', 'pkg/rewrite']);
  });
  afterAll(async () => {
    await rm(base, { recursive: true, force: true, maxRetries: 3 });
    await rm(`${base}-caches`, { recursive: true, force: true, maxRetries: 3 });
  });

  it('is set up by its init generator', async () => {
    await succeed(npx('nx', 'g', 'nx-proxy-wasm:init'));
    const nxJson: unknown = JSON.parse(await readFile(join(base, 'nx.json'), 'utf8'));
    expect(nxJson).toMatchObject({ plugins: ['nx-proxy-wasm'] });
  });

  it('runs the main job', async () => {
    const { stdout } = await succeed(npx('nx', 'run-many', '-t', 'publish-oci'));
    expect(stdout).toMatch(/path-rewrite {2}published {2}plugins\/path-rewrite:0\.2\.0@sha256:/);
  });

  it.each(['build-wasm', 'test', 'pack-oci', 'publish-oci'])(
    'explains %s with --help',
    async (target) => {
      const { stdout } = await succeed(npx('nx', 'run', `path-rewrite:${target}`, '--help'));
      const schema = JSON.parse(
        await readFile(join(BUILT_PACKAGE, 'src', 'executors', target, 'schema.json'), 'utf8'),
      ) as { properties: Record<string, unknown> };
      for (const option of Object.keys(schema.properties)) expect(stdout).toContain(`--${option}`);
    },
  );

  it('exports its manifests, and ships neither tests nor sources', async () => {
    const root = join(base, 'node_modules', 'nx-proxy-wasm');
    for (const file of ['package.json', 'executors.json', 'generators.json', 'migrations.json']) {
      const resolved = await succeed(
        runCommand(process.execPath, ['-p', `require.resolve('nx-proxy-wasm/${file}')`], base, env),
      );
      expect(resolved.stdout.trim()).toBe(join(root, file));
    }
    const files = await readdir(root, { recursive: true });
    expect(files.filter((file) => /\.spec\.|testing|fixtures|(?<!\.d)\.ts$/.test(file))).toEqual(
      [],
    );
    expect(files).toContain(join('docs', 'publish-oci.md'));
    expect(files).toContain('LICENSE');
  });
});
