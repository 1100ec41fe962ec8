import * as z from "zod";
import { AuditEvent } from "../contracts/index.js";
import type { Findings } from "./log-finding.js";

const Told = z.object({ resourceRefs: AuditEvent.shape.resourceRefs });

interface Versions {
  /** All up to here were told of. */
  upTo: number;
  /** Told of, behind a hole. */
  readonly beyond: Set<number>;
  last: number;
}

/**
 * Which versions of each record do the events tell of (M07.6)? Each must be told of once, 1 … n, in whatever order the events come. That is
 * what shows an event that was taken away before it was sequenced, which no tree can.
 */
export class ResourceVersions {
  private readonly byPath = new Map<string, Versions>();
  private readonly findings: Findings;

  constructor(findings: Findings) {
    this.findings = findings;
  }

  /** Takes what one event tells. Text that tells nothing is somebody else's finding. */
  add(canonical: string): void {
    const told = Told.safeParse(parseJson(canonical));
    for (const { path, auditVersion } of told.data?.resourceRefs ?? []) this.addVersion(path, auditVersion);
  }

  paths(): string[] {
    return [...this.byPath.keys()];
  }

  /** The highest version that was told of. */
  last(path: string): number {
    return this.byPath.get(path)?.last ?? 0;
  }

  /** Reports each hole, once everything was added. */
  reportHoles(): void {
    for (const [path, { upTo, beyond }] of this.byPath)
      if (beyond.size > 0)
        this.findings.add("VERSION_GAP", `no event tells of version ${upTo + 1} of ${path}, and one of a later one`);
  }

  private addVersion(path: string, version: number): void {
    const known = this.byPath.get(path) ?? { upTo: 0, beyond: new Set<number>(), last: 0 };
    this.byPath.set(path, known);
    if (version <= known.upTo || known.beyond.has(version))
      this.findings.add("VERSION_GAP", `two events tell of version ${version} of ${path}`);
    known.beyond.add(version);
    while (known.beyond.delete(known.upTo + 1)) known.upTo += 1;
    known.last = Math.max(known.last, version);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
