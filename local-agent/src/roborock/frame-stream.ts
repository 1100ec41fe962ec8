import { HEADER_BYTES, MAX_FRAME_BYTES } from "./frame.js";

type StreamFault = "LENGTH_TOO_LARGE" | "LENGTH_TOO_SMALL";

export interface FrameStream {
  /**
   * Answers: which whole frames do these bytes complete? TCP may split and merge anywhere. After a fault the stream is out
   * of step for good: it keeps nothing, answers the same fault, and the connection must be closed.
   */
  push(chunk: Uint8Array): { readonly frames: Buffer[]; readonly fault: StreamFault | null };
  /** Bytes held back for a frame that is not complete; never more than one frame and its prefix. */
  readonly pendingBytes: number;
}

const PREFIX_BYTES = 4;

/** A parser for the LAN channel (`u32 length`, frame, repeated). Holds at most one frame: a length above 65,558 is a fault. */
export function createFrameStream(): FrameStream {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  let prefixFilled = 0;
  let body: Buffer | null = null;
  let bodyFilled = 0;
  let fault: StreamFault | null = null;

  /** Takes what the current prefix or frame still lacks, and returns the count of bytes taken. */
  function take(rest: Buffer, frames: Buffer[]): number {
    if (body === null) {
      const taken = rest.copy(prefix, prefixFilled, 0, PREFIX_BYTES - prefixFilled);
      prefixFilled += taken;
      if (prefixFilled === PREFIX_BYTES) begin(prefix.readUInt32BE(0));
      return taken;
    }
    const taken = rest.copy(body, bodyFilled);
    bodyFilled += taken;
    if (bodyFilled === body.length) {
      frames.push(body);
      body = null;
      prefixFilled = 0;
    }
    return taken;
  }

  function begin(length: number): void {
    if (length > MAX_FRAME_BYTES) fault = "LENGTH_TOO_LARGE";
    else if (length < HEADER_BYTES) fault = "LENGTH_TOO_SMALL";
    else {
      body = Buffer.alloc(length);
      bodyFilled = 0;
    }
  }

  return {
    get pendingBytes() {
      if (fault !== null) return 0;
      return prefixFilled + (body === null ? 0 : bodyFilled);
    },
    push(chunk) {
      const frames: Buffer[] = [];
      let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      while (rest.length > 0 && fault === null) rest = rest.subarray(take(rest, frames));
      if (fault !== null) body = null;
      return { frames, fault };
    },
  };
}
