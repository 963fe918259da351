import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isolatedEnvironment, REPOSITORY, runCommand, succeed } from './testing/workspace';

describe('the repository', () => {
  it('records no download address in its lock file', () => {
    const lock = JSON.parse(readFileSync(join(REPOSITORY, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { resolved?: string; link?: boolean }>;
    };
    const resolved = Object.values(lock.packages).filter((entry) => entry.link !== true);
    expect(resolved.length).toBeGreaterThan(100);
    expect(resolved.filter((entry) => entry.resolved !== undefined)).toEqual([]);
  });

  it('keeps the trap of a file that is tracked and ignored', async () => {
    const trap =
      'packages/nx-proxy-wasm/fixtures/traps/plugins/wasm-go/extensions/ignored-version/VERSION';
    expect(existsSync(join(REPOSITORY, trap))).toBe(true);
    const env = isolatedEnvironment(REPOSITORY);
    const git = (...args: string[]) => runCommand('git', args, REPOSITORY, env);
    expect((await succeed(git('ls-files', trap))).stdout.trim()).toBe(trap);
    expect((await git('check-ignore', '--no-index', '-q', trap)).exitCode).toBe(0);
  });

  it('lets continuous integration run what the README tells, and nothing else', () => {
    const script = readFileSync(join(REPOSITORY, '.ci', 'run'), 'utf8');
    const commands = script
      .split('\n')
      .filter((line) => line !== '' && !/^(#|set |cd )/.test(line));
    expect(commands).toEqual(['npm ci && npm test']);
    expect(readFileSync(join(REPOSITORY, 'README.md'), 'utf8')).toContain(
      '```sh\nnpm ci && npm test\n```',
    );
  });
});
