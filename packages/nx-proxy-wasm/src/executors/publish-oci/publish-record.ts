import { formatSize } from '../../format-size';

/** What one publish did, as `publish.json` holds it and the summary shows it. */
export interface PublishRecord {
  /** Layout of this record; a change that breaks readers raises it. */
  readonly schemaVersion: 1;
  readonly project: string;
  readonly outcome: 'published' | 'identical' | 'moved' | 'planned' | 'failed';
  /** Class of the result: 0, or the exit code of the error. */
  readonly exitCode: number;
  /** `plugins/basic-auth:1.0.0`, with the registry in front when there is one. */
  readonly reference?: string;
  /** Directory of the local store that holds it, relative to the workspace. */
  readonly location?: string;
  readonly tag?: string;
  /** Digest of the manifest. */
  readonly digest?: string;
  /** Bytes of manifest, config and layers together. */
  readonly size?: number;
  /** sha256 of the module that the gateway loads, in hex. */
  readonly wasmSha256?: string;
  /** What a dry run would do, and why. */
  readonly plan?: string;
  /** What went wrong. */
  readonly error?: string;
}

/** How an outcome reads in the summary. */
const WORDS: Readonly<Record<PublishRecord['outcome'], string>> = {
  published: 'published',
  identical: 'already published',
  moved: 'published, tag moved',
  planned: 'would publish',
  failed: 'FAILED',
};

/**
 * One line for each plugin, in columns and sorted by project: what happened, reference, digest, size and
 * where it lies; for a failed one the first line of its error.
 */
export function formatSummary(records: readonly PublishRecord[]): string {
  const rows = [...records]
    .sort((a, b) => (a.project < b.project ? -1 : 1))
    .map((record) => ({ head: [record.project, WORDS[record.outcome]], tail: details(record) }));
  const widths = [0, 1].map((column) =>
    Math.max(...rows.map(({ head }) => head[column]?.length ?? 0)),
  );
  return rows
    .map(({ head, tail }) =>
      [...head.map((cell, column) => cell.padEnd(widths[column] ?? 0)), tail].join('  '),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function details(record: PublishRecord): string {
  if (record.outcome === 'failed') return record.error?.split('\n')[0] ?? '';
  const { reference, digest, size, location, plan } = record;
  return [
    digest === undefined ? reference : `${reference ?? ''}@${digest}`,
    size === undefined ? undefined : formatSize(size),
    location,
    plan === undefined ? undefined : `(${plan})`,
  ]
    .filter((cell) => cell !== undefined)
    .join('  ');
}
