import type { Live } from "../../src/data/live.js";
import {
  aConnector,
  aDeadLetter,
  anAgent,
  anAgentHealth,
  anAgentKey,
  hash,
  instant,
  MINUTE_MS,
  someVitals,
} from "./builders.js";
import type { MemoryDevices } from "./memory-devices.js";

const HOUR_MS = 60 * MINUTE_MS;
const ready = <T>(value: T): Live<T> => ({ state: "ready", value, isFromCache: false, confirmedAtMs: Date.now() });

/** Three agents, one in the day of its rotation, one that was revoked, and four messages that were refused. */
export function someDevices(nowMs: number): MemoryDevices {
  const oldKey = anAgentKey({ keyId: "0badc0de0badc0de", notAfter: instant(nowMs + 20 * HOUR_MS) }, nowMs);
  const newKey = anAgentKey({ notBefore: instant(nowMs - 4 * HOUR_MS) }, nowMs);
  const revokedAt = instant(nowMs - 200 * HOUR_MS);
  return {
    agents: ready({
      items: [
        anAgent({ keys: [oldKey, newKey] }, nowMs),
        anAgent({ agentId: "glaze-room-pi", name: "Glaze room Pi", ownerUid: "bo" }, nowMs),
        anAgent(
          {
            agentId: "old-agent",
            name: "shop agent",
            status: "revoked",
            revokedAt,
            keys: [anAgentKey({ keyId: "deadbeefdeadbeef", revokedAt }, nowMs)],
          },
          nowMs,
        ),
      ],
      unreadable: [{ id: "attic", problem: "keys: Too small" }],
    }),
    health: ready({
      items: [
        anAgentHealth(
          {
            connectors: [
              aConnector({}, nowMs),
              aConnector(
                {
                  connectorId: "roborock",
                  state: "degraded",
                  consecutiveFailures: 2,
                  lastError: "TIMEOUT",
                  breaker: "half_open",
                },
                nowMs,
              ),
              aConnector({ connectorId: "outbox" }, nowMs),
            ],
            vitals: someVitals(
              {
                clock: { skewMs: -4_200, uncertaintyMs: 110, measuredAt: instant(nowMs - 3 * MINUTE_MS) },
                waiting: { observations: 12_400, proposals: 1, bytes: 1_480_000 },
                rules: { count: 4, hasProblem: true },
              },
              nowMs,
            ),
            gaps: [
              {
                fromAt: instant(nowMs - 30 * HOUR_MS),
                toAt: instant(nowMs - 28 * HOUR_MS),
                observations: 1_204,
              },
            ],
          },
          nowMs,
        ),
      ],
      unreadable: [],
    }),
    deadLetters: ready({
      items: [
        aDeadLetter({}, {}, nowMs),
        aDeadLetter(
          {
            deadLetterId: hash("f"),
            reasonCode: "SIGNATURE_INVALID",
            detail: "the signature does not verify",
            occurrences: 14,
            lastSeenAt: instant(nowMs - 5 * MINUTE_MS),
            firstSeenAt: instant(nowMs - 3 * HOUR_MS),
          },
          { agentId: '<img src=x onerror="window.pwned=1">', seq: 9 },
          nowMs,
        ),
        aDeadLetter(
          {
            deadLetterId: hash("b"),
            reasonCode: "ENVELOPE_MALFORMED",
            detail: "no JSON",
            isTruncated: true,
            body: btoa("{"),
          },
          {},
          nowMs,
        ),
        aDeadLetter(
          { deadLetterId: hash("c"), redrivenAt: instant(nowMs - MINUTE_MS), acceptedAt: instant(nowMs - MINUTE_MS) },
          { payload: { kind: "health", connectors: [] } },
          nowMs,
        ),
      ],
      unreadable: [{ id: "d-99", problem: "body: Invalid input" }],
    }),
  };
}

/** One agent that was heard last so long ago. */
export const silentFor = (ms: number, nowMs: number): Pick<MemoryDevices, "agents" | "health"> => ({
  agents: ready({ items: [anAgent({}, nowMs)], unreadable: [] }),
  health: ready({
    items: [
      anAgentHealth(
        {
          connectors: [
            aConnector({ state: "down", consecutiveFailures: 9, lastError: "TIMEOUT", breaker: "open" }, nowMs - ms),
          ],
          availability: "offline",
          lastHeardAt: instant(nowMs - ms),
          vitalsAt: instant(nowMs - ms),
        },
        nowMs,
      ),
    ],
    unreadable: [],
  }),
});

export const noDevices = (): MemoryDevices => ({
  agents: ready({ items: [], unreadable: [] }),
  health: ready({ items: [], unreadable: [] }),
  deadLetters: ready({ items: [], unreadable: [] }),
});
