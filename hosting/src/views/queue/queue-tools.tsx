import { RISK_TIERS, RiskTier } from "@studio-os/functions/contracts";
import type { Live } from "../../data/live.js";
import type { Queue } from "../../data/studio-data.js";
import { formatAge } from "../../ui/age.js";
import { Button } from "../../ui/button.js";
import { useNow } from "../../ui/use-live.js";
import type { QueueFilter } from "./queue-filter.js";
import { VIEW_NAMES } from "./saved-views.js";
import { TIER_WORDS } from "./proposal-words.js";

interface QueueToolsProps {
  readonly filter: QueueFilter;
  readonly onFilter: (filter: QueueFilter) => void;
  readonly queue: Live<Queue>;
  readonly newCount: number;
  readonly leftCount: number;
  readonly onShow: () => void;
}

/** The head of the list: its name, search, tier, and what has changed since it was settled. */
export function QueueTools({ filter, onFilter, queue, newCount, leftCount, onShow }: QueueToolsProps) {
  const nowMs = useNow();
  return (
    <div className="queue-tools">
      <h1 id="queue-title">{VIEW_NAMES[filter.view]}</h1>
      <div className="queue-filters" role="search">
        <input
          id="queue-search"
          type="search"
          placeholder="Search"
          aria-label="Search the list"
          aria-keyshortcuts="/"
          value={filter.text}
          onChange={(event) => onFilter({ ...filter, text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === "Escape") event.currentTarget.blur();
          }}
        />
        <select
          aria-label="Risk tier"
          value={filter.tier ?? ""}
          onChange={(event) => {
            const tier = RiskTier.safeParse(event.target.value);
            onFilter({ ...filter, tier: tier.success ? tier.data : null });
          }}
        >
          <option value="">Any risk</option>
          {RISK_TIERS.filter((tier) => tier !== "physical").map((tier) => (
            <option key={tier} value={tier}>
              {TIER_WORDS[tier]} risk
            </option>
          ))}
        </select>
      </div>
      {newCount + leftCount === 0 ? null : (
        <Button tone="quiet" className="queue-news" onPress={onShow}>
          {newsWords(newCount, leftCount)}
        </Button>
      )}
      {queue.state === "ready" && queue.isFromCache ? (
        <p className="queue-note">From this tab&apos;s memory, confirmed {formatAge(queue.confirmedAtMs, nowMs)}</p>
      ) : null}
      {queue.state === "ready" && queue.value.isTruncated ? (
        <p className="queue-note">More is open than fits here: these have the nearest deadlines.</p>
      ) : null}
    </div>
  );
}

function newsWords(newCount: number, leftCount: number): string {
  if (leftCount === 0) return `${newCount} new — show`;
  if (newCount === 0) return `${leftCount} moved on — tidy up`;
  return `${newCount} new, ${leftCount} moved on — show`;
}
