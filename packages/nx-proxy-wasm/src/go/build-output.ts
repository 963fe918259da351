/** `./main.go:20:2: ` or `../lib/x.go:3: `: where the go command saw what follows. */
const POSITION = /^[^\s:]+:\d+(?::\d+)?: /;

/**
 * What the go command says once for every import that needs a module: the module version that could not be
 * had (`example.com/x@v1.2.3: …`), or the package whose module go.sum does not list.
 */
const UNAVAILABLE = /^(?:go: )?(\S+@v\S+): /;
const MISSING_SUM = /^missing go\.sum entry for module providing package (\S+)/;

/**
 * What `go build` wrote, with what it repeats for every import folded into one line per module. Everything
 * else stays as Go printed it, in its order; progress (`go: downloading`) and the `go get` lines that Go
 * proposes for each missing go.sum entry are left out: they would be run one by one for ever.
 *
 * @param modulePaths the modules that go.mod requires, to tell which one a package belongs to
 */
export function foldBuildOutput(stderr: string, modulePaths: readonly string[]): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !/^(?:go: downloading |\tgo get )/.test(line));
  const causes = lines.map((line) => causeOf(line, modulePaths));
  return lines
    .filter((_, at) => causes[at] === undefined || causes.indexOf(causes[at]) === at)
    .map((line) => {
      const cause = causeOf(line, modulePaths);
      const count = cause === undefined ? 1 : causes.filter((other) => other === cause).length;
      const text = line.replace(/; to add:$/, '');
      return count === 1 ? text : `${text} (and ${count - 1} more of this module)`;
    })
    .join('\n');
}

/** What a repeated line is about; undefined for a line that stands for itself. */
function causeOf(line: string, modulePaths: readonly string[]): string | undefined {
  const rest = line.replace(POSITION, '');
  const missing = MISSING_SUM.exec(rest)?.[1];
  if (missing === undefined) return UNAVAILABLE.exec(rest)?.[1];
  const module = modulePaths
    .filter((path) => missing === path || missing.startsWith(`${path}/`))
    .sort((one, other) => other.length - one.length)[0];
  return `go.sum ${module ?? missing}`;
}

/** A known cause of failed builds and what helps; the first that matches is said. */
const REMEDIES: readonly { readonly says: RegExp; readonly remedy: string }[] = [
  {
    says: /missing go\.sum entry|updates to go\.(mod|sum) needed/,
    remedy: 'go.sum is incomplete: run "go mod tidy" in the module and commit go.mod and go.sum.',
  },
  {
    says: /GOTOOLCHAIN=local/,
    remedy:
      'The module asks for a newer Go than the one installed, and GOTOOLCHAIN=local forbids fetching it: install that Go or set GOTOOLCHAIN=auto.',
  },
  {
    says: /toolchain not available|download go\d/,
    remedy: 'Go could not fetch the toolchain that go.mod asks for: install it or check GOPROXY.',
  },
  {
    says: /pattern .*: no matching files found/,
    remedy: 'A file named by //go:embed is missing: generate or fetch it before the build.',
  },
  {
    says: /403 Forbidden|404 Not Found|module lookup disabled|dial tcp|no such host/,
    remedy: 'A module could not be downloaded: check GOPROXY, GOPRIVATE and the network.',
  },
  {
    says: /build constraints exclude all Go files/,
    remedy:
      'No file of the package is built for GOOS=wasip1 GOARCH=wasm: check its //go:build lines.',
  },
  {
    says: /inconsistent vendoring/,
    remedy: 'vendor/ does not match go.mod: run "go mod vendor" and commit the result.',
  },
];

/** What to do about a failed build, or undefined when Go's own words are all there is to say. */
export function buildRemedy(stderr: string): string | undefined {
  return REMEDIES.find(({ says }) => says.test(stderr))?.remedy;
}
