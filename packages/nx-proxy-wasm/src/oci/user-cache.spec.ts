import { describe, expect, it } from 'vitest';

import { userCacheDir } from './user-cache';

describe('userCacheDir', () => {
  it.each<[NodeJS.Platform, Record<string, string>, string]>([
    ['linux', { HOME: '/home/me' }, '/home/me/.cache/nx-proxy-wasm'],
    ['linux', { HOME: '/home/me', XDG_CACHE_HOME: '/cache' }, '/cache/nx-proxy-wasm'],
    // The specification says to ignore a relative path.
    ['linux', { HOME: '/home/me', XDG_CACHE_HOME: 'cache' }, '/home/me/.cache/nx-proxy-wasm'],
    ['linux', { HOME: '/home/me', XDG_CACHE_HOME: '' }, '/home/me/.cache/nx-proxy-wasm'],
    ['darwin', { HOME: '/Users/me' }, '/Users/me/Library/Caches/nx-proxy-wasm'],
    ['win32', { LOCALAPPDATA: '/Local', USERPROFILE: '/me' }, '/Local/nx-proxy-wasm/cache'],
    ['win32', { USERPROFILE: '/me' }, '/me/AppData/Local/nx-proxy-wasm/cache'],
  ])('on %s with %j is %s', (platform, env, expected) => {
    expect(userCacheDir(env, platform)).toBe(expected);
  });
});
