import { ProxyWasmError } from '../errors';

/** Where a registry is, and what stands before every repository name in it. */
export interface Registry {
  /** `host` or `host:port`, as typed: credentials are looked up by this exact text. */
  readonly host: string;
  /** Path before the repository name, without outer slashes; empty when there is none. */
  readonly prefix: string;
}

/** Everything a reference names; `repository` includes the registry's prefix. */
export interface Reference {
  readonly host: string;
  readonly repository: string;
  /** A tag or a `sha256:` digest. */
  readonly version: string;
}

// A DNS label: letters, digits and inner hyphens.
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
// A host name or IPv4 address: labels joined by dots.
const HOST_NAME = `${LABEL}(?:\\.${LABEL})*`;
// An IPv6 address stands in brackets, so that its colons are not taken for a port.
const IPV6 = '\\[[0-9a-fA-F:.]{2,45}\\]';
const PORT = '[0-9]{1,5}';
const HOST = new RegExp(`^(?:${HOST_NAME}|${IPV6})(?::(${PORT}))?$`);

// A part of a repository name: lower-case letters and digits; single separators, never at an end.
const PATH_PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
// A repository name: parts joined by slashes.
const REPOSITORY = new RegExp(`^${PATH_PART}(?:/${PATH_PART})*$`);
// Longer names are refused by most clients (github.com/distribution/reference, regexp.go).
const REPOSITORY_LENGTH = 255;
// A tag: at most 128 letters, digits, `_`, `.` and `-`, the first not `.` or `-`.
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/**
 * Reads what a user typed as registry: `host`, `host:port`, `[ipv6]:port`, each with an optional path that
 * becomes the front of every repository name (`ghcr.io/my-org`).
 *
 * A host needs a dot or a port: gateways (go-containerregistry `pkg/name/repository.go`) read a first part
 * without either as a Docker Hub name, so `myorg/plugin` would be pushed to one place and pulled from another.
 *
 * @throws ProxyWasmError `bad-input`
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
 */
export function parseRegistry(text: string): Registry {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    throw badInput('registry', text, 'must be written without a scheme', [
      'Write the host alone, for example registry.example.com or registry.example.com:5000.',
      'A registry without TLS is a setting of its own, not part of the name.',
    ]);
  }
  if (text.endsWith('/')) {
    throw badInput('registry', text, 'must not end with a slash', [
      'Write for example registry.example.com or registry.example.com/team.',
    ]);
  }
  const slash = text.indexOf('/');
  const host = slash === -1 ? text : text.slice(0, slash);
  const prefix = slash === -1 ? '' : text.slice(slash + 1);

  const match = HOST.exec(host);
  if (match === null || Number(match[1] ?? 1) < 1 || Number(match[1] ?? 1) > 65535) {
    throw badInput(
      'registry',
      text,
      'must be a host name or an IP address (IPv6 in brackets), with an optional port from 1 to 65535',
      ['Write for example registry.example.com, registry.example.com:5000 or [::1]:5000.'],
    );
  }
  if (prefix !== '') checkRepository(prefix);
  if (!/[.:]/.test(host)) {
    throw badInput(
      'registry',
      text,
      'is a bare word, which gateways read as a Docker Hub name: a host has a dot or a port',
      [
        `For a host of that name add its port (${host}:5000), for Docker Hub write docker.io/${text}.`,
      ],
    );
  }
  return { host, prefix };
}

/**
 * Accepts a repository name: parts joined by `/`, each of lower-case letters and digits with single `.`, `_`,
 * `__` or hyphens inside; 255 characters at most.
 * @throws ProxyWasmError `bad-input`
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
 */
export function checkRepository(text: string): void {
  if (text.length > REPOSITORY_LENGTH) {
    throw badInput(
      'repository',
      text,
      `has ${text.length} characters, more than the ${REPOSITORY_LENGTH} that clients accept`,
      ['Write a shorter name, for example plugins/basic-auth.'],
    );
  }
  if (!REPOSITORY.test(text)) {
    throw badInput(
      'repository',
      text,
      'must be lower-case letters and digits, with ".", "_", "__" or hyphens only between them and "/" between parts',
      ['Write for example plugins/basic-auth.'],
    );
  }
}

/**
 * Accepts a tag: 1 to 128 letters, digits, `_`, `.` and `-`, the first not `.` or `-`.
 * @throws ProxyWasmError `bad-input`
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
 */
export function checkTag(text: string): void {
  if (TAG.test(text)) return;
  if (TAG.test(text.replaceAll('+', ''))) {
    throw badInput('tag', text, 'has build metadata: "+" is not allowed in a tag', [
      `Write the version without it, for example ${text.replace(/\+.*$/, '') || '1.0.0'}.`,
    ]);
  }
  throw badInput(
    'tag',
    text,
    'must be 1 to 128 letters, digits, "_", "." or "-", and must not start with "." or "-"',
    ['Write for example 1.0.0.'],
  );
}

/** The reference as people and gateways write it: `host/repository:tag` or `host/repository@sha256:…`. */
export function formatReference({ host, repository, version }: Reference): string {
  return `${host}/${repository}${version.startsWith('sha256:') ? '@' : ':'}${version}`;
}

function badInput(
  what: string,
  text: string,
  rule: string,
  remedy: readonly string[],
): ProxyWasmError {
  // JSON quoting keeps a newline in the input from starting a line of its own in a log.
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  return new ProxyWasmError('bad-input', `the ${what} ${rule}`, {
    subject: shown,
    remedy: remedy.join(' '),
  });
}
