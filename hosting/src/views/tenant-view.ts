import type { Connection, TenantData } from "../data/studio-data.js";
import type { ShownMode } from "./control/effective-mode.js";
import type { Me } from "./queue/me.js";

/** What every panel of one studio knows: the data, who looks, and whether anything may be done now. */
export interface TenantView {
  readonly tenant: TenantData;
  readonly me: Me;
  /** Null until the control documents have been read. */
  readonly mode: ShownMode | null;
  readonly connection: Connection;
  readonly isSessionLive: boolean;
  /** The studio's own time zone; undefined until it is known. */
  readonly timeZone: string | undefined;
  /** Asks the person to sign in anew, over what they are doing; what they typed stays. */
  readonly askSignIn: () => void;
  /** How often that was done: what the server said to the older sign-in is asked anew. */
  readonly signInCount: number;
}
