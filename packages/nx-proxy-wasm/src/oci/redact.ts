const PLACEHOLDER = '***';

/**
 * Replaces every secret in a text by `***`, in the forms in which programs print them: as it is,
 * URL-encoded, as a JSON string and in base64 (standard and URL alphabet, padded or not).
 * @param secrets empty strings are ignored; pass `user:password` too, which is what Basic encodes
 */
export function redact(text: string, secrets: readonly string[]): string {
  // Longest first: a short form may be part of a longer one.
  const forms = [...new Set(secrets.filter((secret) => secret !== '').flatMap(writtenForms))].sort(
    (a, b) => b.length - a.length,
  );
  return forms.reduce((result, form) => result.replaceAll(form, PLACEHOLDER), text);
}

function writtenForms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64');
  // A form field writes a space as "+".
  const query = new URLSearchParams([['', secret]]).toString().slice(1);
  return [
    secret,
    bytes.toString('base64url'),
    base64,
    base64.replace(/=+$/, ''),
    // Through bytes: encodeURIComponent throws on a lone surrogate.
    encodeURIComponent(bytes.toString()),
    query,
    JSON.stringify(secret).slice(1, -1),
  ];
}
