import { withRegistryConfig } from '../registry-config';
import { withLock } from '../lock';

/** Holds a file with credentials until it is ended. A lock is held too: its library listens to signals as well. */
async function main(): Promise<void> {
  await withLock(`${process.env['TMPDIR'] ?? ''}/locked`, 1_000, () =>
    withRegistryConfig(
      { kind: 'basic', username: 'me', password: 'x' },
      'registry.example',
      (file) => {
        process.stdout.write(`${file}\n`);
        return new Promise((resolve) => setTimeout(resolve, 60_000));
      },
    ),
  );
}

void main();
