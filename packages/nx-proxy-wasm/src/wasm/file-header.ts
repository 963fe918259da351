import { ProxyWasmError } from '../errors';

/** Files that get built or named in place of a module, by their first bytes, and what to do about each. */
const LOOKALIKES: readonly {
  readonly starts: string;
  readonly is: string;
  readonly remedy: string;
}[] = [
  {
    starts: '7f454c46',
    is: 'a native ELF file',
    remedy: 'Build for the gateway: GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared.',
  },
  {
    starts: 'cffaedfe',
    is: 'a native Mach-O file',
    remedy: 'Build for the gateway: GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared.',
  },
  {
    starts: '4d5a',
    is: 'a native Windows file',
    remedy: 'Build for the gateway: GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared.',
  },
  {
    starts: '213c617263683e0a',
    is: 'an archive of object files',
    remedy: 'Build the package main of the plugin, not a library package.',
  },
  {
    starts: '1f8b',
    is: 'gzip data',
    remedy: 'Unpack it first; a plugin.tar.gz layer holds the module as plugin.wasm.',
  },
  {
    starts: '286d6f64756c65',
    is: 'WebAssembly text',
    remedy: 'Assemble it first (wat2wasm); a gateway loads the binary format only.',
  },
];

/**
 * Checks the eight bytes at the start of a core module: `\0asm`, then version 1.
 * @throws ProxyWasmError `verification-failed`, telling what the file is instead where that can be seen
 * @see https://webassembly.github.io/spec/core/binary/modules.html#binary-module
 */
export function checkHeader(bytes: Uint8Array, file: string): void {
  const hex = Buffer.from(bytes.subarray(0, 8)).toString('hex');
  const refuse = (reason: string, remedy: string): never => {
    throw new ProxyWasmError('verification-failed', reason, { subject: file, remedy });
  };
  if (bytes.length === 0) refuse('the file is empty', 'Build the module again.');
  if (!hex.startsWith('0061736d')) {
    const other = LOOKALIKES.find(({ starts }) => hex.startsWith(starts));
    refuse(
      `not a WebAssembly module${other === undefined ? '' : ` but ${other.is}`}`,
      other?.remedy ??
        'Name the file that go build wrote; a module starts with the bytes 00 61 73 6d.',
    );
  }
  if (bytes.length < 8) refuse('the module ends inside its header', 'Build the module again.');
  const version = hex.slice(8);
  // Layer 1 in the upper half of the version field: the component model.
  if (version.endsWith('0100') && version !== '01000000') {
    refuse(
      'this is a WebAssembly component; gateways load core modules',
      'Use the core module that the compiler wrote, before any step that wraps it as a component.',
    );
  }
  if (version !== '01000000') {
    refuse(
      `the module has the unknown format version 0x${version}`,
      'Build it with a released compiler: gateways load version 1 (01 00 00 00).',
    );
  }
}
