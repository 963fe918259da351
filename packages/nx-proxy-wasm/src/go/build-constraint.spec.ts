import { describe, expect, it } from 'vitest';
import { ProxyWasmError } from '../errors';
import { evaluateConstraint, parseConstraint } from './build-constraint';
import { wasmContext } from './build-context';
import { matchesFileName } from './file-name-constraint';

const context = wasmContext('1.24.4', ['custom', 'v1.2_x']);
const holds = (expression: string, within = context) =>
  evaluateConstraint(parseConstraint(expression, 'x.go'), within);

describe('build constraints in the wasm context', () => {
  it.each([
    ['wasip1', true],
    ['wasm', true],
    ['gc', true],
    ['go1.1', true],
    ['go1.24', true],
    ['go1.25', false],
    ['go1.024', false],
    ['go1', false],
    ['custom', true],
    ['v1.2_x', true],
    ['other', false],
    ['unix', false],
    ['cgo', false],
    ['linux', false],
    ['js', false],
    ['tinygo', false],
    ['gccgo', false],
    ['ignore', false],
    ['wasm.satconv', false],
    ['!linux', true],
    ['!wasip1', false],
    ['linux || wasip1', true],
    ['wasm && linux', false],
    ['wasm && !linux', true],
    ['linux && other || wasm', true],
    ['linux && (other || wasm)', false],
    ['!(linux || wasm)', false],
    ['!(linux && wasm)&&(((gc)))', true],
    ['\twasm\t&&\tgc ', true],
  ])('%s is %s', (expression, expected) => {
    expect(holds(expression)).toBe(expected);
  });

  it('knows the WebAssembly features that are always on since Go 1.26', () => {
    expect(holds('wasm.satconv && wasm.signext', wasmContext('1.26rc1', []))).toBe(true);
  });

  it.each([
    '',
    '()',
    '!!wasm',
    '! !wasm',
    '(wasm',
    'wasm)',
    'wasm gc',
    'wasm &&',
    '|| wasm',
    'wasm & gc',
    'a-b',
    'a,b',
    '!',
    '('.repeat(100_000),
    Array.from({ length: 1001 }, () => 'a').join(' && '),
  ])('refuses %.20j', (expression) => {
    expect(() => parseConstraint(expression, 'x.go')).toThrow(ProxyWasmError);
  });

  it('accepts as many operands as the go command', () => {
    expect(holds(Array.from({ length: 1000 }, () => 'wasm').join(' && '))).toBe(true);
  });

  it('refuses a context for no Go version', () => {
    expect(() => wasmContext('latest', [])).toThrow(ProxyWasmError);
  });
});

describe('file names in the wasm context', () => {
  it.each([
    ['a.go', true],
    ['linux.go', true],
    ['wasm.go', true],
    ['a_linux.go', false],
    ['a_wasip1.go', true],
    ['a_wasm.go', true],
    ['a_js.go', false],
    ['a_js_wasm.go', false],
    ['a_wasip1_wasm.go', true],
    ['a_wasip1_amd64.go', false],
    ['a_linux_wasm.go', false],
    ['a_wasm_wasip1.go', true],
    ['a_amd64_wasip1.go', true],
    ['a_wasm_linux.go', false],
    ['a_unix.go', true],
    ['a_linux_test.go', false],
    ['a_wasip1_test.go', true],
    ['a_test_linux.go', false],
    ['a_linux_x.go', true],
    ['a_linux.x.go', false],
    ['linux_wasip1.go', true],
    ['wasip1_linux.go', false],
    ['add_arm64.s', false],
    ['add_wasm.s', true],
  ])('%s is built: %s', (name, expected) => {
    expect(matchesFileName(name, context)).toBe(expected);
  });
});
