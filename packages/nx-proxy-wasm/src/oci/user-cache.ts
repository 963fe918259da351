import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

import { type Environment } from './credentials';

/**
 * The folder where this user's programs keep what can be made again: `XDG_CACHE_HOME` when absolute, else the
 * custom of the system.
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function userCacheDir(env: Environment, platform: NodeJS.Platform): string {
  const xdg = env['XDG_CACHE_HOME'] ?? '';
  if (isAbsolute(xdg)) return join(xdg, 'nx-proxy-wasm');
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir();
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Caches', 'nx-proxy-wasm');
    case 'win32':
      return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'nx-proxy-wasm', 'cache');
    default:
      return join(home, '.cache', 'nx-proxy-wasm');
  }
}
