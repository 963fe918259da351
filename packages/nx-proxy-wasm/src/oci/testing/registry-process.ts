import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pinnedTools } from '../../../../../tools/oci/pinned-tools';

/** The account that a registry with authentication knows. It opens nothing else in the world. */
export const TEST_USER = 'publisher';
export const TEST_PASSWORD = 'correct horse/battery+staple';
/** bcrypt of {@link TEST_PASSWORD}; the registry takes no other kind. */
const HTPASSWD = `${TEST_USER}:$2a$04$rehFSW5Kl4sQQOEkfDLy0e2JXwktBNMSJCCFkGD3QbFnnpi.IVXca\n`;

/** A registry that runs until it is stopped. */
export interface RegistryProcess {
  /** `127.0.0.1:port` */
  readonly host: string;
  /** Folder of everything stored. */
  readonly storage: string;
  stop(): Promise<void>;
}

/** Starts a registry of the distribution project on a free port, with storage of its own. */
export async function startRegistry({ auth }: { auth: boolean }): Promise<RegistryProcess> {
  const { registry } = await pinnedTools();
  const dir = await mkdtemp(join(tmpdir(), 'registry-'));
  const storage = join(dir, 'storage');
  await writeFile(join(dir, 'htpasswd'), HTPASSWD);
  const config = {
    version: '0.1',
    log: { level: 'info', formatter: 'text' },
    storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true } },
    ...(auth ? { auth: { htpasswd: { realm: 'test', path: join(dir, 'htpasswd') } } } : {}),
    http: { addr: '127.0.0.1:0' },
  };
  // JSON is YAML.
  await writeFile(join(dir, 'config.yml'), JSON.stringify(config));

  const child = spawn(registry, ['serve', join(dir, 'config.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' },
  });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    await rm(dir, { recursive: true, force: true });
  };
  try {
    return { host: await listeningAddress(child.stderr), storage, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function listeningAddress(log: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    log.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const port = /listening on 127\.0\.0\.1:(\d+)/.exec(text)?.[1];
      if (port !== undefined) resolve(`127.0.0.1:${port}`);
    });
    log.on('end', () => {
      reject(new Error(`the registry ended early:\n${text}`));
    });
  });
}
