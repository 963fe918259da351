import { ProxyWasmError } from '../errors';
import { dockerConfigCredentials } from './docker-config';

/** Who we are to a registry. */
export type Credentials =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** An OAuth2 refresh token, which some credential helpers hand out instead of a password. */
  | { readonly kind: 'identity-token'; readonly token: string };

/** The environment of the process that publishes, passed in so that nothing is read behind anybody's back. */
export type Environment = Readonly<Record<string, string | undefined>>;

const USERNAME_VARIABLE = 'REGISTRY_USERNAME';
/** Children of ours do not get this variable. */
export const PASSWORD_VARIABLE = 'REGISTRY_PASSWORD';

/**
 * Finds the credentials for one registry: `REGISTRY_USERNAME` and `REGISTRY_PASSWORD` when set, else what
 * `docker login`, `oras login` or a credential helper left in the docker configuration, else anonymous.
 * An empty variable counts as unset: that is what CI systems make of a secret that does not exist.
 *
 * @param registryHost `host` or `host:port`, as typed
 * @throws ProxyWasmError `bad-input` when only one of the two variables is set, one holds control characters,
 *   or the docker configuration cannot be read; `missing-tool` when the credential helper it names is not there;
 *   `authentication` when that helper fails
 */
export async function resolveCredentials(
  registryHost: string,
  env: Environment,
): Promise<Credentials> {
  return environmentCredentials(env) ?? (await dockerConfigCredentials(registryHost, env));
}

function environmentCredentials(env: Environment): Credentials | undefined {
  const username = env[USERNAME_VARIABLE] ?? '';
  const password = env[PASSWORD_VARIABLE] ?? '';
  if (username === '' && password === '') return undefined;
  const [missing, present] =
    username === ''
      ? [USERNAME_VARIABLE, PASSWORD_VARIABLE]
      : [PASSWORD_VARIABLE, USERNAME_VARIABLE];
  if (username === '' || password === '') {
    throw new ProxyWasmError('bad-input', `is not set, but ${present} is: both or neither`, {
      subject: missing,
      remedy: `Set ${missing} as well (in CI: check that the secret exists and is passed to this job), or unset ${present}.`,
    });
  }
  checkBasicField(USERNAME_VARIABLE, username);
  checkBasicField(PASSWORD_VARIABLE, password);
  return { kind: 'basic', username, password };
}

/** @see https://www.rfc-editor.org/rfc/rfc7617#section-2 (no control characters; no colon in the user name) */
function checkBasicField(variable: string, value: string): void {
  if (/[\u0000-\u001f\u007f]/.test(value)) {
    throw new ProxyWasmError('bad-input', 'holds a line break or another control character', {
      subject: variable,
      remedy: 'Set it without a trailing newline, for example with printf %s instead of echo.',
    });
  }
  if (variable === USERNAME_VARIABLE && value.includes(':')) {
    throw new ProxyWasmError('bad-input', 'holds a colon, which HTTP Basic cannot carry', {
      subject: variable,
      remedy: `Set the user name alone; the password goes into ${PASSWORD_VARIABLE}.`,
    });
  }
}

/** Everything of the credentials that must not be seen, for {@link redact}. */
export function secretsOf(credentials: Credentials): readonly string[] {
  switch (credentials.kind) {
    case 'anonymous':
      return [];
    case 'basic':
      return [credentials.password, `${credentials.username}:${credentials.password}`];
    case 'identity-token':
      return [credentials.token];
  }
}
