/** A byte count for a person: `512 B`, `18.4 kB`, `6.6 MB` (powers of 1000, as registries show them). */
export function formatSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
