import * as z from "zod";
import { parseBrokerUrl } from "../credentials.js";
import { AccountError } from "./account-error.js";
import { isTrustedHost, parseOrigin } from "./allowed-calls.js";

/** Goes into headers: printable, and without the quotes that a header puts around it. */
const Secret = z.string().regex(/^[\x21\x23-\x7e]{1,4096}$/u);
/** A topic level: no separators, no wildcards, nothing invisible. */
const Word = z.string().regex(/^[^\s\p{Cc}/+#]{1,128}$/u);

/** What a login hands out (reference 2.5), as far as it is needed. All of it is secret. */
export const UserData = z.object({
  token: Secret,
  rriot: z.object({
    u: Word,
    s: Secret,
    h: Secret,
    k: Secret,
    /** `a`: the device API; `m`: the broker. */
    r: z.object({ a: z.string().max(256), m: z.string().max(256) }),
  }),
});
export type UserData = z.infer<typeof UserData>;

/**
 * Answers: is this what a login hands out, and are its addresses the vendor's? Throws `UNREADABLE` or `UNTRUSTED_ADDRESS`:
 * an address from outside must not get the credentials that came with it.
 */
export function requireUserData(data: unknown, trustedHosts: readonly string[]): UserData {
  const parsed = UserData.safeParse(data);
  if (!parsed.success) throw new AccountError("UNREADABLE", "the login is incomplete");
  const { a, m } = parsed.data.rriot.r;
  const broker = parseBrokerUrl(m);
  if (parseOrigin(a, trustedHosts) === null || broker === null || !isTrustedHost(broker.host, trustedHosts))
    throw new AccountError("UNTRUSTED_ADDRESS");
  return parsed.data;
}
