import { formatLeft } from "../../ui/age.js";
import { Link } from "../../ui/link.js";
import { studioPath } from "../../ui/route.js";
import { useFeed, useNow } from "../../ui/use-live.js";
import { count } from "../queue/proposal-words.js";
import { epochOf, phaseOf } from "../studio/exemptions/exemption-standing.js";
import type { TenantView } from "../tenant-view.js";

/** On every screen: how many exemptions count now, and when the first of them ends. Nothing where there is none. */
export function ExemptionChip({ view }: { view: TenantView }) {
  const { tenant } = view;
  const live = useFeed(tenant.openExemptions);
  const epoch = epochOf(useFeed(tenant.control));
  const nowMs = useNow();
  if (live.state !== "ready") return null;
  const counting = live.value.items.filter((it) => phaseOf(it, epoch, nowMs) === "counts");
  const [first] = counting.map(({ expiresAt }) => expiresAt).sort();
  if (first === undefined) return null;
  return (
    <Link to={studioPath(tenant.tenantId, "exemptions")} className="mode exemption-chip">
      <span aria-hidden="true">
        {counting.length} exempt · {formatLeft(first, nowMs)}
      </span>
      <span className="for-readers">
        {count(counting.length, "exemption")} in force, the first ends in {formatLeft(first, nowMs)}
      </span>
    </Link>
  );
}
