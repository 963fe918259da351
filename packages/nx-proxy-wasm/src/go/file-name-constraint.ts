import { hasTag, type BuildContext } from './build-context';

/** Every operating system Go knows or knew; `unix` is a tag but no file suffix. */
const KNOWN_OS = new Set(
  (
    'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 ' +
    'solaris wasip1 windows zos'
  ).split(' '),
);

/** Every architecture Go knows or knew. */
const KNOWN_ARCH = new Set(
  (
    '386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 ' +
    'mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm'
  ).split(' '),
);

/** Whether the go command passes over a file or directory of this name: it starts with `_` or `.`. */
export function isHiddenName(name: string): boolean {
  return name.startsWith('_') || name.startsWith('.');
}

/**
 * Whether a file's name lets it into the build: `*_GOOS`, `*_GOARCH` and `*_GOOS_GOARCH`, before `_test` and before
 * the first dot, exclude it elsewhere. Only what follows the first `_` counts: `linux.go` is for every system.
 *
 * @param name a base name
 * @see https://pkg.go.dev/cmd/go#hdr-Build_constraints (lists: Go's src/internal/syslist/syslist.go)
 */
export function matchesFileName(name: string, context: BuildContext): boolean {
  const stem = name.split('.', 1)[0] ?? '';
  const suffixes = stem.split('_').slice(1);
  if (suffixes.at(-1) === 'test') suffixes.pop();
  const last = suffixes.at(-1) ?? '';
  const previous = suffixes.at(-2) ?? '';
  if (KNOWN_ARCH.has(last)) {
    return hasTag(context, last) && (!KNOWN_OS.has(previous) || hasTag(context, previous));
  }
  return !KNOWN_OS.has(last) || hasTag(context, last);
}
