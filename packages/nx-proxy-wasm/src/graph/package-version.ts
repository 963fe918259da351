import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of this package, from the package.json two levels up in the source as in the build. */
export const PACKAGE_VERSION = readVersion();

function readVersion(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'),
  );
  return (manifest as { version: string }).version;
}
