/** Bytes, and the same bytes to be read four at a time: what compares and scans a gigabyte reads words. */
export interface WordBytes {
  readonly bytes: Uint8Array;
  readonly words: DataView;
}

/** A view onto these bytes; nothing is copied. */
export function inWords(bytes: Uint8Array): WordBytes {
  // A plain array for both kinds of callers: the subclass Buffer is slower to index.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes: plain, words: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** The bytes of an ASCII text. */
export function asciiWords(text: string): WordBytes {
  return inWords(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}

/** Do so many bytes equal each other from these places on? Both must lie within their bytes. */
export function sameBytes(a: WordBytes, aFrom: number, b: WordBytes, bFrom: number, length: number): boolean {
  const aWords = a.words;
  const bWords = b.words;
  const whole = length & ~3;
  for (let n = 0; n < whole; n += 4) if (aWords.getInt32(aFrom + n) !== bWords.getInt32(bFrom + n)) return false;
  for (let n = whole; n < length; n++) if (aWords.getUint8(aFrom + n) !== bWords.getUint8(bFrom + n)) return false;
  return true;
}
