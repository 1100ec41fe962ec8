import { openDrill } from "../../functions/test/support/kill-switch-drill.js";

const ROUNDS = 100;
const WARM_UP = 5;
const WRITERS = 6;

export interface KillSwitchDrill {
  /** From the commit of each flip to the first refusal, in milliseconds. */
  readonly firstRefusalMs: readonly number[];
  /** Writes that committed after their flip, over all rounds. */
  readonly lateWrites: number;
  readonly writes: number;
}

/** How fast does a stop of one studio refuse, while people's requests are being executed (M04.6)? */
export async function measureKillSwitch(): Promise<KillSwitchDrill> {
  const drill = await openDrill(WRITERS);
  const firstRefusalMs: number[] = [];
  let lateWrites = 0;
  let writes = 0;
  try {
    for (let n = 0; n < WARM_UP + ROUNDS; n += 1) {
      const round = await drill.round({ what: "tenant", writers: WRITERS, gapMs: 8, flipAfterMs: 10 + (n % 4) * 10 });
      if (n >= WARM_UP) firstRefusalMs.push(round.firstRefusalMs);
      lateWrites += round.late.length;
      writes += round.written;
    }
  } finally {
    await drill.close();
  }
  return { firstRefusalMs, lateWrites, writes };
}
