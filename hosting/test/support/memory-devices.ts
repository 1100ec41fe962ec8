import type {
  Agent,
  AgentHealth,
  ApiRouteName,
  DeadLetter,
  ReasonCode,
  RouteBody,
} from "@studio-os/functions/contracts";
import type { Live } from "../../src/data/live.js";
import { createStore } from "../../src/data/store.js";
import type { WritableStore } from "../../src/data/store.js";
import type { Listed } from "../../src/data/studio-data.js";
import { ANA, anAgent, anAgentKey, hash, instant } from "./builders.js";

/** The parts of a world that the Devices page shows beside the readings. */
export interface MemoryDevices {
  readonly agents: Live<Listed<Agent>>;
  readonly health: Live<Listed<AgentHealth>>;
  readonly deadLetters: Live<Listed<DeadLetter>>;
}

interface DeviceStores {
  readonly agents: WritableStore<Live<Listed<Agent>>>;
  readonly health: WritableStore<Live<Listed<AgentHealth>>>;
  readonly deadLetters: WritableStore<Live<Listed<DeadLetter>>>;
}

/** What a test may do to the agents while a page shows them. */
export interface DeviceControls {
  /** A machine comes in by the code that was made last. */
  readonly enrolMachine: (agentId: string, name: string) => void;
  /** The reports of the agents become these. */
  readonly setHealth: (items: readonly AgentHealth[]) => void;
}

const MEMORY_CODE = "7K2QM-4D8TX-P0ZVB-91HCR";

type Outcome = { readonly answer: unknown } | { readonly code: ReasonCode } | null;

/** The agents and the dead letters of a memory studio, and what the server answers about them. */
export function createMemoryDevices(world: MemoryDevices): {
  readonly stores: DeviceStores;
  readonly controls: DeviceControls;
  readonly answer: (route: ApiRouteName, params: Readonly<Record<string, string>>, body: unknown) => Outcome;
} {
  const stores: DeviceStores = {
    agents: createStore(world.agents),
    health: createStore(world.health),
    deadLetters: createStore(world.deadLetters),
  };
  const putAgent = (agent: Agent): Agent => {
    change(stores.agents, (items) => [...items.filter(({ agentId }) => agentId !== agent.agentId), agent]);
    return agent;
  };
  return {
    stores,
    controls: {
      enrolMachine: (agentId, name) => {
        const now = Date.now();
        const key = anAgentKey({ keyId: "f00dfeed12345678", notBefore: instant(now) }, now);
        putAgent(anAgent({ agentId, name, ownerUid: ANA.uid, keys: [key], enrolledAt: instant(now) }, now));
      },
      setHealth: (items) => change(stores.health, () => items),
    },
    answer: (route, params, body) => {
      const agent = itemsOf(stores.agents).find(({ agentId }) => agentId === params["agentId"]);
      switch (route) {
        case "makeEnrolmentCode": {
          const expiresAt = instant(Date.now() + 10 * 60_000);
          return { answer: { agentId: params["agentId"], code: MEMORY_CODE, expiresAt } };
        }
        case "revokeAgent": {
          if (agent === undefined) return { code: "NOT_FOUND" };
          const { keyId } = body as RouteBody<"revokeAgent">;
          return { answer: { agent: putAgent(revoked(agent, keyId, instant(Date.now()))) } };
        }
        case "redriveDeadLetter":
          return redriven(stores.deadLetters, params["deadLetterId"] ?? "");
        default:
          return null;
      }
    },
  };
}

/** Letters whose hash begins with an "f" are wrong for ever; one with an "e" counts, and its request is refused. */
function redriven(letters: DeviceStores["deadLetters"], id: string): Outcome {
  const now = instant(Date.now());
  const isGood = !id.startsWith("f");
  change(letters, (items) =>
    items.map((it) => {
      if (it.deadLetterId !== id) return it;
      return isGood ? { ...it, redrivenAt: now, acceptedAt: now } : { ...it, redrivenAt: now };
    }),
  );
  const refusal = id === hash("e") ? "QUOTA" : null;
  return { answer: { isAccepted: isGood, reasonCode: isGood ? refusal : "SIGNATURE_INVALID" } };
}

function revoked(agent: Agent, keyId: string | null, now: string): Agent {
  const keys = agent.keys.map((key) => (keyId === null || key.keyId === keyId ? { ...key, revokedAt: now } : key));
  return keyId === null ? { ...agent, keys, status: "revoked", revokedAt: now } : { ...agent, keys };
}

const itemsOf = <T>(store: WritableStore<Live<Listed<T>>>): readonly T[] => {
  const live = store.getSnapshot();
  return live.state === "ready" ? live.value.items : [];
};

function change<T>(store: WritableStore<Live<Listed<T>>>, to: (items: readonly T[]) => readonly T[]): void {
  const live = store.getSnapshot();
  if (live.state === "ready") store.set({ ...live, value: { ...live.value, items: to(live.value.items) } });
}
