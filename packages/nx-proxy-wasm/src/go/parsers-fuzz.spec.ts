import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { ProxyWasmError } from '../errors';
import { evaluateConstraint, parseConstraint } from './build-constraint';
import { wasmContext } from './build-context';
import { parseGoMod } from './go-mod';
import { parseGoWork } from './go-work';
import { leadingConstraint } from './leading-constraint';
import { compileNamePattern } from './path-match';
import { parseSourceHeader } from './source-header';
import { selectToolchain } from './toolchain';
import { parseVendorModules } from './vendor-modules';

const context = wasmContext('1.24', []);

const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  parseGoMod: (text) => parseGoMod(text, 'f'),
  'parseGoMod below a module line': (text) => parseGoMod(`module m\n${text}`, 'f'),
  parseGoWork: (text) => parseGoWork(text, 'f'),
  parseSourceHeader: (text) => parseSourceHeader(text, 'f'),
  'parseSourceHeader below a package clause': (text) =>
    parseSourceHeader(`package p\nimport "embed"\n${text}`, 'f'),
  leadingConstraint: (text) => leadingConstraint(text, 'f'),
  parseConstraint: (text) => evaluateConstraint(parseConstraint(text, 'f'), context),
  compileNamePattern: (text) => compileNamePattern(text)?.(text),
  parseVendorModules,
  selectToolchain: (text) =>
    selectToolchain({ setting: text, local: 'go1.24.4', goLine: text, toolchainLine: text }),
};

/** Pieces of all grammars, so that a run of them gets further than random characters. */
const PIECES = [
  ...Array.from('()[]{},;!"`\'\\/*\n\r\t .=<>|&+-_^?'),
  ...['module', 'go', 'toolchain', 'require', 'replace', 'exclude', 'retract', 'use', 'tool'],
  ...['=>', 'v1.2.3', 'v9', '1.24', 'go1.24.4', './x', 'example.com/x', '// indirect', 'godebug'],
  ...['package', 'import', 'p', '"a"', '//go:build', '// +build', '//go:embed', '/*', '*/', '//'],
  ...['&&', '||', 'wasm', '\\x41', '\\u00e4', '\\', '\u0000', '\ufeff', 'é', '😀', '\ud800'],
];

const hostileText = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join('')),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(' ')),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

describe.each(Object.entries(PARSERS))('%s', (_name, parse) => {
  it('answers or throws a ProxyWasmError, whatever the text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        try {
          parse(text);
        } catch (error) {
          if (!(error instanceof ProxyWasmError)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  // A parser that looks at the rest of the text again and again does not come to an end here.
  it.each(['(', ')', '"', '`', "'", '/*', '//', '/', '\\', '!', '*', 'a', ' ', '\n', 'a,', '[a'])(
    'comes to an end on half a million of %j',
    (piece) => {
      try {
        parse(piece.repeat(500_000));
      } catch (error) {
        if (!(error instanceof ProxyWasmError)) throw error;
      }
    },
  );
});
