import type { Certificates } from "./certificates.js";

/** The MQTT broker that a simulated vacuum lives behind. */
export interface SimulatedBroker {
  readonly url: string;
  /** PEM of the authority that signed the broker's certificate; absent for a plain broker. */
  readonly ca?: string;
  /** The MQTT level that this broker speaks: 4 is 3.1.1. */
  readonly protocolVersion: 4 | 5;
  publish(topic: string, payload: Buffer): void;
  /** Turns away every client from now on, and cuts off the connected ones. `reasonCode` where the broker can say it. */
  refuseClients(isRefusing: boolean, reasonCode?: number): Promise<void>;
  disconnectClients(): Promise<void>;
  restart(downMs: number): Promise<void>;
  freezeClients(isFrozen: boolean): void;
  stop(): Promise<void>;
}

export interface BrokerOptions {
  readonly port: number;
  /** Absent: plain text where the broker can. */
  readonly certificates?: Certificates | undefined;
  /** The one account that is let in. */
  readonly username: string;
  readonly password: string;
  /** The client may subscribe below this and nowhere else. */
  readonly outPrefix: string;
  /** Everything that a client publishes, whatever the topic. */
  readonly onPublish: (topic: string, payload: Buffer) => void;
}
