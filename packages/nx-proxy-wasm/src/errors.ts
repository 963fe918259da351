/**
 * Why something failed, as a closed set. The class decides the exit status, so that a script can tell
 * "the tag holds other content" from "the registry is down" without reading text.
 */
export type ErrorClass =
  | 'build-failed'
  | 'bad-input'
  | 'conflict'
  | 'authentication'
  | 'registry-unavailable'
  | 'verification-failed'
  | 'missing-tool';

/** Exit status of each class; 0 is "done, or identical already". */
export const EXIT_CODES: Readonly<Record<ErrorClass, number>> = {
  'build-failed': 1,
  'bad-input': 2,
  conflict: 3,
  authentication: 4,
  'registry-unavailable': 5,
  'verification-failed': 6,
  'missing-tool': 7,
};

/** What an error tells besides its class. */
export interface ErrorFacts {
  /** The file (`path` or `path:line:column`) or the OCI reference that the error is about. */
  readonly subject?: string;
  /** What the reader can do about it, as an imperative sentence. */
  readonly remedy?: string;
  /** The error underneath, kept for debugging; its text is not repeated. */
  readonly cause?: unknown;
}

/** The one error this package throws on purpose. Anything else that escapes is a bug in the package. */
export class ProxyWasmError extends Error {
  override readonly name = 'ProxyWasmError';
  readonly errorClass: ErrorClass;
  readonly subject: string | undefined;
  readonly remedy: string | undefined;

  /**
   * @param errorClass decides the exit status ({@link EXIT_CODES})
   * @param reason what is wrong, one sentence without a final full stop
   */
  constructor(errorClass: ErrorClass, reason: string, facts: ErrorFacts = {}) {
    super(errorText(reason, facts), facts.cause === undefined ? undefined : { cause: facts.cause });
    this.errorClass = errorClass;
    this.subject = facts.subject;
    this.remedy = facts.remedy;
  }

  get exitCode(): number {
    return EXIT_CODES[this.errorClass];
  }
}

/**
 * The text of an error: `<subject>: <reason>` and, on a line of its own, the remedy.
 * Control characters are escaped: the parts may quote files, tags or a registry's answer.
 */
export function errorText(reason: string, facts: Pick<ErrorFacts, 'subject' | 'remedy'>): string {
  const subject = facts.subject === undefined ? '' : `${facts.subject}: `;
  const remedy = facts.remedy === undefined ? '' : `\n  ${facts.remedy}`;
  return escapeControls(`${subject}${reason}${remedy}`);
}

/** Replaces control characters other than newline and tab by `\xNN`, so that quoted text cannot drive a terminal. */
export function escapeControls(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** Any thrown value as text for a person: our own errors as they are, others with their message. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
