/** When entries of a log were committed, by the database's clock, in microseconds. */
export interface CommitTimes {
  readonly first: number;
  readonly last: number;
  readonly earliest: number;
  readonly latest: number;
  /** By how much an entry stands behind one that was committed later, at most. Seconds are usual, hours follow an outage. */
  readonly disorderMicros: number;
}

/** Collects the times of entries in their order. */
export class TimesOf {
  #first = Number.NaN;
  #last = Number.NaN;
  #earliest = Number.POSITIVE_INFINITY;
  #latest = 0;
  #disorderMicros = 0;

  add(micros: number): void {
    if (Number.isNaN(this.#first)) this.#first = micros;
    this.#last = micros;
    if (micros < this.#earliest) this.#earliest = micros;
    if (micros > this.#latest) this.#latest = micros;
    else if (this.#latest - micros > this.#disorderMicros) this.#disorderMicros = this.#latest - micros;
  }

  times(): CommitTimes {
    const disorderMicros = this.#disorderMicros;
    return { first: this.#first, last: this.#last, earliest: this.#earliest, latest: this.#latest, disorderMicros };
  }
}

/** The times of two stretches of entries that follow each other. */
export function joinTimes(before: CommitTimes, after: CommitTimes): CommitTimes {
  const across = before.latest - after.earliest;
  return {
    first: before.first,
    last: after.last,
    earliest: Math.min(before.earliest, after.earliest),
    latest: Math.max(before.latest, after.latest),
    disorderMicros: Math.max(before.disorderMicros, after.disorderMicros, across),
  };
}
