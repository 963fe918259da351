import { describe, expect, it } from 'vitest';
import { nameProjects } from './project-names';

const names = (roots: string[], taken: string[] = []) =>
  Object.fromEntries(nameProjects(roots, 'root-plugin', new Set(taken)));

describe('nameProjects', () => {
  it('uses the base name of the directory', () => {
    expect(names(['plugins/wasm-go/extensions/basic-auth', 'plugins/cors'])).toEqual({
      'plugins/wasm-go/extensions/basic-auth': 'basic-auth',
      'plugins/cors': 'cors',
    });
  });

  it('prefixes every member of a collision, whichever came first', () => {
    expect(names(['extensions/auth', 'examples/auth', 'extensions/cors'])).toEqual({
      'extensions/auth': 'extensions-auth',
      'examples/auth': 'examples-auth',
      'extensions/cors': 'cors',
    });
  });

  it('goes up as far as it must', () => {
    expect(names(['a/x/auth', 'b/x/auth'])).toEqual({
      'a/x/auth': 'a-x-auth',
      'b/x/auth': 'b-x-auth',
    });
  });

  it('names a project at the workspace root by the given name', () => {
    expect(names(['.', 'auth'])).toEqual({ '.': 'root-plugin', auth: 'auth' });
  });

  it('never gives away a name that is taken', () => {
    expect(names(['pkg/auth'], ['auth'])).toEqual({ 'pkg/auth': 'pkg-auth' });
  });

  it('tells paths apart that meet once joined', () => {
    const result = names(['a-b/c', 'a/b-c', 'x/b-c', 'x/c']);
    expect(new Set(Object.values(result)).size).toBe(4);
  });

  it('keeps a short path that collides with a longer one', () => {
    expect(names(['auth', 'plugins/auth'])).toEqual({
      auth: 'auth',
      'plugins/auth': 'plugins-auth',
    });
  });
});
