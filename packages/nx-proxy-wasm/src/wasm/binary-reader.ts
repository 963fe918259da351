import { ProxyWasmError } from '../errors';

/** The longest name that V8, the engine inside the gateways, takes (`kV8MaxWasmStringSize`). */
const MAX_NAME_BYTES = 100_000;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A cursor over a part of a WebAssembly module. Every read is checked against the end of the part, so bytes
 * that lie about lengths or counts lead to a ProxyWasmError of class `verification-failed` and to nothing else.
 * @see https://webassembly.github.io/spec/core/binary/values.html
 */
export class BinaryReader {
  private readonly bytes: Uint8Array;
  private readonly file: string;
  /** What is being read, for messages: `module`, `import section`. */
  private readonly part: string;
  private readonly end: number;
  private position: number;

  /**
   * @param file names the module in messages
   * @param start offset of the first byte of the part
   * @param end offset behind its last byte
   */
  constructor(bytes: Uint8Array, file: string, part: string, start: number, end: number) {
    this.bytes = bytes;
    this.file = file;
    this.part = part;
    this.position = start;
    this.end = end;
  }

  /** Bytes left in the part. */
  get remaining(): number {
    return this.end - this.position;
  }

  /** One byte. */
  byte(): number {
    const value = this.position < this.end ? this.bytes[this.position] : undefined;
    if (value === undefined) return this.fail('ends in the middle of an entry');
    this.position += 1;
    return value;
  }

  /** An unsigned 32-bit number in LEB128, at most five bytes. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value <= 0xffff_ffff) return value;
        break;
      }
    }
    return this.fail('holds a number that does not fit in 32 bits');
  }

  /**
   * The length of a list whose entries take at least one byte each.
   * @param what names the entries in messages
   * @param limit the most entries that are believed
   */
  count(what: string, limit: number): number {
    const count = this.u32();
    if (count > limit || count > this.remaining) {
      this.fail(`claims ${count} ${what}, more than ${Math.min(limit, this.remaining)} fit`);
    }
    return count;
  }

  /** A name: its length in bytes and that many bytes of UTF-8. */
  name(): string {
    const length = this.u32();
    if (length > this.remaining) this.fail('ends in the middle of a name');
    if (length > MAX_NAME_BYTES) {
      this.fail(`holds a name of ${length} bytes, more than ${MAX_NAME_BYTES}`);
    }
    const start = this.position;
    this.position += length;
    try {
      return utf8.decode(this.bytes.subarray(start, this.position));
    } catch (cause) {
      return this.fail('holds a name that is not UTF-8', cause);
    }
  }

  /** A reader for the next `length` bytes, which this one then has behind it. */
  sub(part: string, length: number): BinaryReader {
    if (length > this.remaining) {
      this.fail(
        `ends inside its ${part}: ${length} bytes are announced, ${this.remaining} are left`,
      );
    }
    const start = this.position;
    this.position += length;
    return new BinaryReader(this.bytes, this.file, part, start, this.position);
  }

  /** Refuses bytes behind the last entry of the part. */
  finish(): void {
    if (this.remaining > 0) this.fail(`has ${this.remaining} bytes behind its last entry`);
  }

  /** Refuses the module. */
  fail(reason: string, cause?: unknown): never {
    throw new ProxyWasmError(
      'verification-failed',
      `not a valid WebAssembly module: the ${this.part} ${reason} (at byte ${this.position})`,
      {
        subject: this.file,
        remedy:
          'Build the module again; a file cut short or changed after the build looks like this.',
        cause,
      },
    );
  }
}
