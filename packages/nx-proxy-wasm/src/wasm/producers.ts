import { type BinaryReader } from './binary-reader';

/** Go writes 61 bytes; a section that is this much longer is no list of tools. */
const MAX_BYTES = 4096;

/**
 * The `producers` section as text. Custom sections cannot make a module invalid: what does not read
 * well is no toolchain.
 * @see https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md
 */
export function readProducers(section: BinaryReader): string | undefined {
  if (section.remaining > MAX_BYTES) return undefined;
  try {
    const entries: string[] = [];
    for (let fields = section.count('fields', MAX_BYTES); fields > 0; fields -= 1) {
      const field = section.name();
      for (let values = section.count('values', MAX_BYTES); values > 0; values -= 1) {
        entries.push(`${field} ${section.name()} ${section.name()}`.trimEnd());
      }
    }
    return entries.join(', ');
  } catch {
    // Only the reader throws here, and it does so for malformed bytes.
    return undefined;
  }
}
