import { MAX_LINE_BYTES } from "../bundle.js";
import { ProofError } from "../proof-error.js";
import { inWords } from "../word-bytes.js";
import type { WordBytes } from "../word-bytes.js";

/** Of what a file is read in pieces of: small enough that what was read stays near the processor. */
const LINE_BUFFER_BYTES = 128 * 1024;
const LINE_FEED = 10;
/** One byte in front of the first line, as every other line has one. */
const FIRST = 1;

/**
 * Reads a file line by line, in one buffer. A line, without its line feed, is valid until the next call. The byte before it is the
 * reader's own: a caller may write it, to hash the line with a byte in front.
 */
export class LineReader implements WordBytes {
  /** The bytes that the line lies in, from `from` up to, not including, `to`. */
  bytes: Uint8Array;
  words: DataView;
  from = FIRST;
  to = FIRST;
  /** Called with the buffer, which is free then. */
  readonly close: () => void;
  /** The same bytes. */
  #buffer: Buffer;
  readonly #path: string;
  readonly #read: (into: Buffer, at: number) => number;
  #next = FIRST;
  #end = FIRST;

  /** `read` fills a buffer from a place on and tells how much it added, 0 at the end. */
  constructor(
    path: string,
    read: (into: Buffer, at: number) => number,
    close: (buffer: Buffer) => void = () => undefined,
    buffer: Buffer = Buffer.allocUnsafe(LINE_BUFFER_BYTES),
  ) {
    this.#path = path;
    this.#read = read;
    this.#buffer = buffer;
    ({ bytes: this.bytes, words: this.words } = inWords(buffer));
    this.close = () => close(this.#buffer);
  }

  /** Goes to the next line; false at the end. Throws `BUNDLE_MALFORMED` for one that does not end or is too long. */
  advance(): boolean {
    for (let searched = this.#next; ;) {
      const at = this.#buffer.indexOf(LINE_FEED, searched);
      // Behind the end lies what was read before.
      if (at >= 0 && at < this.#end) {
        this.from = this.#next;
        this.to = at;
        this.#next = at + 1;
        return true;
      }
      if (this.#end - this.#next > MAX_LINE_BYTES)
        throw malformed(`${this.#path} has a line of more than ${MAX_LINE_BYTES} bytes`);
      this.#makeRoom();
      searched = this.#end;
      const added = this.#read(this.#buffer, this.#end);
      this.#end += added;
      if (added > 0) continue;
      if (this.#end > FIRST) throw malformed(`the last line of ${this.#path} does not end`);
      return false;
    }
  }

  /** The line, or more, as bytes that are not copied. */
  slice(from = this.from, to = this.to): Uint8Array {
    return new Uint8Array(this.#buffer.buffer, this.#buffer.byteOffset + from, to - from);
  }

  /** The line, or a part of it, as text. Only ASCII can be read so. */
  latin1(from = this.from, to = this.to): string {
    return this.#buffer.toString("latin1", from, to);
  }

  /** Brings the unfinished line to the front of a buffer that has room for more. */
  #makeRoom(): void {
    const length = this.#end - this.#next;
    const larger = length > this.#buffer.length / 2 ? Buffer.allocUnsafe(this.#buffer.length * 2) : null;
    this.#buffer.copy(larger ?? this.#buffer, FIRST, this.#next, this.#end);
    if (larger !== null) {
      this.#buffer = larger;
      ({ bytes: this.bytes, words: this.words } = inWords(larger));
    }
    this.#next = FIRST;
    this.#end = FIRST + length;
  }
}

const malformed = (why: string): ProofError => new ProofError("BUNDLE_MALFORMED", `Not a whole bundle: ${why}.`);
