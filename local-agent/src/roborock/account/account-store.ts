import { createHash, randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { ConnectorError } from "../../connector.js";
import type { SessionSecrets } from "../credentials.js";
import { Region } from "./account-api.js";
import { Home } from "./home-data.js";
import { AccountLimits, blockAccount, NO_LIMITS } from "./limits.js";
import { createLockFile, fileVersion, readPrivateFile, writePrivateFile } from "./private-file.js";
import { UserData } from "./user-data.js";

/** What is kept of one account. `userData` is secret; the file has mode 600. */
export const StoredAccount = z.strictObject({
  schemaVersion: z.literal(1),
  email: z.string(),
  /** Names this client to the account, made once: the account would otherwise see a new phone each time. */
  deviceIdentifier: z.string(),
  region: Region.nullable(),
  /** Null before the first login. */
  userData: UserData.nullable(),
  homeId: z.int().nullable(),
  /** UTC ISO: when the vendor said that the login is no longer valid. */
  endedAt: z.string().nullable(),
});
export type StoredAccount = z.infer<typeof StoredAccount>;

const StoredHome = z.strictObject({
  schemaVersion: z.literal(1),
  /** Milliseconds since the epoch. */
  fetchedAtMs: z.int(),
  home: Home,
});
export type StoredHome = z.infer<typeof StoredHome>;

export interface AccountStore {
  /** Null: none is stored. Throws `NOT_CONFIGURED` when others may read it, or it is no account. */
  readAccount(): StoredAccount | null;
  writeAccount(account: StoredAccount): void;
  /** Changes with every write of the account, by whichever process; null: none is stored. */
  accountVersion(): string | null;
  readHome(): StoredHome | null;
  writeHome(home: StoredHome): void;
  readLimits(nowMs: number): AccountLimits;
  /** Changes the limits as one step, also against another process. */
  updateLimits(nowMs: number, change: (limits: AccountLimits) => AccountLimits): Promise<AccountLimits>;
  /** Forgets login and home; what the account was asked is remembered. */
  forget(): void;
}

/** Limits that cannot be read may hide a block: nothing is asked for this long. */
const UNREADABLE_BLOCK_MS = 3_600_000;
const LOCK_ATTEMPTS = 100;
const LOCK_PAUSE_MS = 20;
const DEVICE_IDENTIFIER_BYTES = 16;
const CREDENTIALS_NAME_CHARS = 16;

/** The account's files in one folder: `account.json`, `home.json` and `limits.json`, each written whole or not at all. */
export function openAccountStore(folder: string): AccountStore {
  const accountPath = join(folder, "account.json");
  const homePath = join(folder, "home.json");
  const limitsPath = join(folder, "limits.json");

  function readLimits(nowMs: number): AccountLimits {
    const text = readPrivateFile(limitsPath);
    if (text === null) return NO_LIMITS;
    const parsed = AccountLimits.safeParse(parseJson(text));
    return parsed.success ? parsed.data : blockAccount(NO_LIMITS, nowMs, UNREADABLE_BLOCK_MS);
  }

  return {
    readAccount() {
      const text = readPrivateFile(accountPath);
      if (text === null) return null;
      const parsed = StoredAccount.safeParse(parseJson(text));
      if (parsed.success) return parsed.data;
      throw new ConnectorError("NOT_CONFIGURED", "The stored vacuum account cannot be read; log in again");
    },
    writeAccount: (account) => writePrivateFile(accountPath, JSON.stringify(account)),
    accountVersion: () => fileVersion(accountPath),
    readHome() {
      const text = readPrivateFile(homePath);
      const parsed = StoredHome.safeParse(text === null ? undefined : parseJson(text));
      // It can be fetched again.
      return parsed.success ? parsed.data : null;
    },
    writeHome: (home) => writePrivateFile(homePath, JSON.stringify(home)),
    readLimits,
    async updateLimits(nowMs, change) {
      const unlock = await lock(`${limitsPath}.lock`);
      try {
        const limits = change(readLimits(nowMs));
        writePrivateFile(limitsPath, JSON.stringify(limits));
        return limits;
      } finally {
        unlock();
      }
    },
    forget() {
      for (const path of [accountPath, homePath]) rmSync(path, { force: true });
    },
  };
}

/** An account that nobody has logged in to yet. */
export function newAccount(email: string): StoredAccount {
  const deviceIdentifier = randomBytes(DEVICE_IDENTIFIER_BYTES).toString("base64url");
  return { schemaVersion: 1, email, deviceIdentifier, region: null, userData: null, homeId: null, endedAt: null };
}

/** Names credentials without being one, so that a refusal of these is not held against others. */
export function nameCredentials({ u, s, k }: SessionSecrets): string {
  const text = JSON.stringify([u, s, k]);
  return createHash("sha256").update(text, "utf8").digest("hex").slice(0, CREDENTIALS_NAME_CHARS);
}

async function lock(path: string): Promise<() => void> {
  for (let attempt = 0; attempt < LOCK_ATTEMPTS; attempt += 1) {
    if (createLockFile(path)) return () => rmSync(path, { force: true });
    await sleep(LOCK_PAUSE_MS);
  }
  throw new ConnectorError("NOT_CONFIGURED", "The stored vacuum account is held by another process");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
