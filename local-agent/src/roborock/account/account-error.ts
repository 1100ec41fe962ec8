import { ConnectorError } from "../../connector.js";
import type { ConnectorErrorCode } from "../../connector.js";

/** Why the account's API said no, each with the code of the connector and what a person can do (reference 2.7). */
const REFUSALS = {
  EMAIL_MALFORMED: ["REFUSED", "The vendor does not take this as an e-mail address"],
  NO_ACCOUNT: ["AUTH", "No region knows an account with this e-mail address"],
  LOGIN_REQUIRED: ["AUTH", "The login is no longer valid; log in again with: studio-agent roborock login"],
  NOT_LOGGED_IN: ["AUTH", "Nobody has logged in yet; log in with: studio-agent roborock login"],
  WRONG_PASSWORD: ["AUTH", "E-mail address or password is wrong"],
  WRONG_CODE: ["AUTH", "The code is wrong"],
  CODE_NEEDED: ["AUTH", "This account needs a second factor: log in by e-mail code"],
  AGREEMENT: [
    "AUTH",
    "The vendor's user agreement is not accepted, or this is a Mi Home account: open the vendor's app once",
  ],
  REGION_LEAVING: ["AUTH", "The account is being deleted in this region"],
  CLOCK_WRONG: ["AUTH", "The clock of this machine is off"],
  TOO_MANY_REQUESTS: ["RATE_LIMIT", "The vendor limits the account; nothing is asked for a day"],
  BLOCKED: ["RATE_LIMIT", "The account is left alone after a refusal"],
  BUDGET_SPENT: ["RATE_LIMIT", "The account was asked often enough; asking more is what gets it blocked"],
  UNTRUSTED_ADDRESS: ["BAD_RESPONSE", "The vendor named an address that credentials must not go to"],
  UNREADABLE: ["BAD_RESPONSE", "The vendor's answer could not be read"],
  VENDOR_ERROR: ["BAD_RESPONSE", "The vendor answered with an error"],
  UNREACHABLE: ["UNREACHABLE", "The vendor's server cannot be reached"],
  TIMEOUT: ["TIMEOUT", "The vendor's server did not answer in time"],
} as const satisfies Readonly<Record<string, readonly [ConnectorErrorCode, string]>>;

export type AccountRefusal = keyof typeof REFUSALS;

/** The account's API said no. Callers switch on `refusal`; the message holds no credential and no address. */
export class AccountError extends ConnectorError {
  readonly refusal: AccountRefusal;

  constructor(refusal: AccountRefusal, detail = "") {
    const [code, sentence] = REFUSALS[refusal];
    super(code, detail === "" ? sentence : `${sentence} (${detail})`);
    this.refusal = refusal;
  }
}

const BY_VENDOR_CODE: ReadonlyMap<number, AccountRefusal> = new Map([
  [2003, "EMAIL_MALFORMED"],
  [2008, "NO_ACCOUNT"],
  [3039, "NO_ACCOUNT"],
  [2010, "LOGIN_REQUIRED"],
  [2012, "WRONG_PASSWORD"],
  [2018, "WRONG_CODE"],
  [2031, "CODE_NEEDED"],
  [3006, "AGREEMENT"],
  [3009, "AGREEMENT"],
  [3030, "REGION_LEAVING"],
  [9002, "TOO_MANY_REQUESTS"],
]);

/** Answers: what does a vendor's code mean? The vendor's own message may hold anything, so only the number is repeated. */
export function toAccountError(vendorCode: number): AccountError {
  const refusal = BY_VENDOR_CODE.get(vendorCode);
  return refusal === undefined ? new AccountError("VENDOR_ERROR", `code ${vendorCode}`) : new AccountError(refusal);
}
