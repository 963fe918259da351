/** What vendor/modules.txt says about the packages beside it. */
export interface VendorModules {
  /** Written by `go work vendor`: in force only together with a go.work file. */
  readonly forWorkspace: boolean;
  /** Import paths of the vendored packages. */
  readonly packages: ReadonlySet<string>;
}

/**
 * Parses vendor/modules.txt. Lines that are not understood are passed over, as the go command does.
 *
 * @see https://go.dev/ref/mod#vendoring (reader: Go's src/cmd/go/internal/modload/vendor.go)
 */
export function parseVendorModules(text: string): VendorModules {
  const lines = text.split('\n');
  const annotations = lines[0]?.startsWith('## ') === true ? lines[0].slice(3).split(';') : [];
  const packages = lines.map((line) => line.trim()).filter((line) => /^[^#\s]\S*$/.test(line));
  return {
    forWorkspace: annotations.some((annotation) => annotation.trim() === 'workspace'),
    packages: new Set(packages),
  };
}
