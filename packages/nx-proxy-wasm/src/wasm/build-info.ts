/** A Go module as the build recorded it. */
export interface BuildModule {
  readonly path: string;
  /** `v1.2.3`, a pseudo-version, or `(devel)` for the main module. */
  readonly version: string;
  /** `h1:…` from go.sum; absent for the main module and for directories. */
  readonly sum?: string;
  /** What stands in for the module because of a replace line. */
  readonly replace?: BuildModule;
}

/** What the go command recorded about a build in the program it built. */
export interface BuildInfo {
  /** Import path of the main package. */
  readonly path: string;
  /** The module that holds it. */
  readonly main?: BuildModule;
  readonly deps: readonly BuildModule[];
  /** Flags and environment that shape the bytes: `-buildmode`, `CGO_ENABLED`, `GOOS` … */
  readonly settings: ReadonlyMap<string, string>;
}

/** Around the text in the program: golang/go src/cmd/go/internal/modload/build.go, infoStart and infoEnd. */
const START = Buffer.from('3077af0c9274080241e1c107e6d618e6', 'hex');
const END = Buffer.from('f932433186182072008242104116d8f2', 'hex');

/** The largest Higress plugin has 10 KB. */
const MAX_TEXT_BYTES = 1024 * 1024;

/**
 * Finds the build information that Go put into a program, by its markers: WebAssembly has none of the headers by
 * which `go version -m` finds it in other formats. The linker cannot have cut it in two, because the text has
 * no zero bytes.
 * @returns undefined if there is none, if it is malformed, or if an embedded program makes it two different ones
 * @see golang/go src/runtime/debug/mod.go, ParseBuildInfo
 */
export function readBuildInfo(bytes: Uint8Array): BuildInfo | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text: string | undefined;
  for (let start = buffer.indexOf(START); start >= 0;) {
    const from = start + START.length;
    const end = buffer.indexOf(END, from);
    if (end < 0 || end - from > MAX_TEXT_BYTES) return undefined;
    const found = buffer.toString('utf8', from, end);
    if (text !== undefined && found !== text) return undefined;
    text = found;
    start = buffer.indexOf(START, end + END.length);
  }
  return text === undefined ? undefined : parseBuildInfo(text);
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

function parseBuildInfo(text: string): BuildInfo | undefined {
  let path: string | undefined;
  let main: BuildModule | undefined;
  let last: Writable<BuildModule> | undefined;
  const deps: BuildModule[] = [];
  const settings = new Map<string, string>();

  for (const line of text.split('\n')) {
    const [kind, ...columns] = line.split('\t');
    switch (kind) {
      case 'path':
        path = columns.join('\t');
        break;
      case 'mod':
      case 'dep':
        last = moduleOf(columns);
        if (last === undefined) return undefined;
        if (kind === 'mod') main = last;
        else deps.push(last);
        break;
      case '=>': {
        const replace = moduleOf(columns);
        if (last === undefined || replace === undefined) return undefined;
        last.replace = replace;
        last = undefined;
        break;
      }
      case 'build': {
        const setting = settingOf(columns.join('\t'));
        if (setting === undefined) return undefined;
        settings.set(...setting);
        break;
      }
      // Lines of kinds that a later Go release adds do not matter here, as in Go itself.
    }
  }
  if (path === undefined) return undefined;
  return { path, deps, settings, ...(main === undefined ? {} : { main }) };
}

function moduleOf(columns: readonly string[]): Writable<BuildModule> | undefined {
  const [path, version, sum, ...more] = columns;
  if (path === undefined || version === undefined || more.length > 0) return undefined;
  return { path, version, ...(sum === undefined || sum === '' ? {} : { sum }) };
}

/** `key=value`, either of them quoted as Go quotes strings if it holds spaces or quotes. */
function settingOf(text: string): [key: string, value: string] | undefined {
  const match = /^("(?:[^"\\]|\\.)*"|`[^`]*`|[^="`][^=]*)=(.*)$/su.exec(text);
  if (match === null) return undefined;
  const [, key = '', value = ''] = match;
  return [unquoted(key), unquoted(value)];
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Undoes strconv.Quote for what occurs in flags and variables: other escapes stay as they are. */
function unquoted(text: string): string {
  if (/^`[^`]*`$/su.test(text)) return text.slice(1, -1);
  if (!/^"(?:[^"\\]|\\.)*"$/su.test(text)) return text;
  return text.slice(1, -1).replace(/\\(["\\nrt])/gu, (_, code: string) => ESCAPES[code] ?? code);
}
