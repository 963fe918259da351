/** `./main.go:20:2: ` or `../lib/x.go:3: `: where the go command saw what follows. */
const POSITION = /^(?:[^\s:]+:\d+(?::\d+)?: )/;

/** `example.com/x@v1.2.3: ` or `go: example.com/x@v1.2.3: `: the module version that could not be had. */
const MODULE_VERSION = /^(?:go: )?(\S+@v\S+): /;

/**
 * Folds what the go command says once per import into one line per cause. One unavailable module or one
 * missing go.sum line is otherwise repeated for every import that needs it.
 *
 * Everything else stays as Go printed it, in its order.
 *
 * @param stderr what `go build` wrote
 */
export function foldBuildOutput(stderr: string): string {
  const counts = new Map<string, number>();
  const lines = stderr.split('\n').map((line) => line.trimEnd());
  for (const line of lines) {
    const cause = foldable(line);
    if (cause !== undefined) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  }
  const seen = new Set<string>();
  const folded: string[] = [];
  for (const line of lines) {
    const cause = foldable(line);
    if (cause !== undefined) {
      if (seen.has(cause)) continue;
      seen.add(cause);
      const count = counts.get(cause) ?? 1;
      folded.push(count > 1 ? `${line} (and ${count - 1} more like it)` : line);
    } else if (!(line.startsWith('\t') && folded.at(-1)?.includes(line.trim()) === true)) {
      folded.push(line);
    }
  }
  return folded.join('\n').trim();
}

/** The cause that repeated lines share, or undefined for a line that stands for itself. */
function foldable(line: string): string | undefined {
  const rest = line.replace(POSITION, '');
  const missingSum = /^missing go\.sum entry for module providing package (\S+)/.exec(rest);
  if (missingSum !== null) return `go.sum ${missingSum[1] ?? ''}`;
  return MODULE_VERSION.exec(rest)?.[1];
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
