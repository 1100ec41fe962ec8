import { ProofError } from "./proof-error.js";

/** Which log: one of a studio's, on the host that serves it. A studio's log begins anew, as epoch 2, only after a recovery. */
export interface LogName {
  /** Host and, if not the default, port: `audit.studio.example`. */
  readonly host: string;
  readonly tenantId: string;
  readonly epoch: number;
}

/** As contracts' TenantId has it; written out because proof code runs where zod does not. */
const ORIGIN =
  /^([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?)\/audit\/([a-z][a-z0-9-]{1,39})(?:\/e([1-9][0-9]{0,5}))?$/;

/**
 * The origin of a studio's log, and the name of its key: `<host>/audit/<tenant>`, then `…/e2`, `…/e3` for a log that was begun anew
 * because the old one can no longer be continued. Throws `ORIGIN_MALFORMED`.
 */
export function formatOrigin({ host, tenantId, epoch }: LogName): string {
  const origin = `${host}/audit/${tenantId}${epoch === 1 ? "" : `/e${epoch}`}`;
  parseOrigin(origin);
  return origin;
}

/** Whose log is this? Throws `ORIGIN_MALFORMED` for every spelling but `formatOrigin`'s. */
export function parseOrigin(origin: string): LogName {
  const [, host = "", tenantId = "", epochText] = ORIGIN.exec(origin) ?? [];
  const epoch = epochText === undefined ? 1 : Number(epochText);
  if (host === "" || epochText === "1")
    throw new ProofError(
      "ORIGIN_MALFORMED",
      "An origin of a studio's log is <host>/audit/<tenant> or <host>/audit/<tenant>/e<n>.",
    );
  return { host, tenantId, epoch };
}
