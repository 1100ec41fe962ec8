import type { Proposal, RouteAnswer } from "@studio-os/functions/contracts";
import { useMemo, useState } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { createFeed } from "../../data/live.js";
import type { Feed, Live } from "../../data/live.js";
import type { TenantData } from "../../data/studio-data.js";
import { formatAge } from "../../ui/age.js";
import { Link } from "../../ui/link.js";
import { Empty, PanelFailure, Skeleton, UnreadableNote } from "../../ui/panel-states.js";
import { useCommands } from "../../ui/use-commands.js";
import { useFeed, useNow } from "../../ui/use-live.js";
import type { TenantView } from "../tenant-view.js";
import { ActionBar } from "./action-bar.js";
import { ChecksPanel } from "./checks-panel.js";
import { DetailBanners } from "./detail-banners.js";
import { DetailHead } from "./detail-head.js";
import type { Checks } from "./decide-actions.js";
import { EffectPanel } from "./effect-panel.js";
import { HistoryPanel } from "./history-panel.js";
import { ReviewsPanel } from "./reviews-panel.js";
import { WhyPanel } from "./why-panel.js";

interface ProposalDetailProps {
  readonly view: TenantView;
  readonly proposalId: string;
  readonly backTo: string;
  /** Told in a sentence when a decision was taken here. */
  readonly onDecided: (words: string) => void;
}

/** One proposal, whatever became of it: loading, missing, unreadable, failed, or there. */
export function ProposalDetail(props: ProposalDetailProps) {
  const { view, proposalId, backTo } = props;
  const feed = view.tenant.proposal(proposalId);
  const live = useFeed(feed);
  const nowMs = useNow();
  return (
    <div className="detail">
      <Link to={backTo} className="detail-back">
        ← Queue
      </Link>
      {live.state === "loading" ? <Skeleton rows={7} kind="line" label="Proposal" /> : null}
      {live.state === "failed" ? <PanelFailure source="The proposal" failure={live} onRetry={feed.retry} /> : null}
      {live.state === "ready" && live.isFromCache ? (
        <p className="stale-label">
          As of {formatAge(live.confirmedAtMs, nowMs)}: the server cannot be reached, so this may be old.
        </p>
      ) : null}
      {live.state === "ready" && live.value.kind === "missing" ? (
        <Empty title="There is no such proposal in this studio">
          <p className="muted">
            Nothing is stored under <code>{proposalId}</code>. Check the link, or look under All.
          </p>
        </Empty>
      ) : null}
      {live.state === "ready" && live.value.kind === "unreadable" ? (
        <UnreadableNote id={proposalId} problem={live.value.problem} />
      ) : null}
      {live.state === "ready" && live.value.kind === "found" ? (
        <OpenProposal {...props} live={live.value.value} />
      ) : null}
    </div>
  );
}

const TABS = ["effect", "why", "checks", "reviews", "history"] as const;
const TAB_WORDS = { effect: "Effect", why: "Why", checks: "Checks", reviews: "Reviews", history: "History" } as const;

function OpenProposal({ view, live, onDecided }: ProposalDetailProps & { live: Proposal }) {
  const [answered, setAnswered] = useState<Proposal | null>(null);
  // An answer may be a moment ahead of the live read; never show the older of the two.
  const proposal = answered !== null && answered.auditVersion > live.auditVersion ? answered : live;
  const [tab, setTab] = useState<string>("effect");
  const checksFeed = useChecksFeed(view, proposal);
  const checks = useFeed(checksFeed);
  useCommands({
    tab: () => setTab(TABS[(TABS.findIndex((name) => name === tab) + 1) % TABS.length] ?? "effect"),
  });
  const onProposal = (next: Proposal, words: string) => {
    setAnswered(next);
    onDecided(words);
  };
  return (
    <>
      <DetailHead proposal={proposal} timeZone={view.timeZone} />
      <DetailBanners proposal={proposal} view={view} />
      <Tabs className="tabs" selectedKey={tab} onSelectionChange={(key) => setTab(String(key))}>
        <TabList className="tab-list" aria-label="About this proposal">
          {TABS.map((name) => (
            <Tab key={name} id={name} className="tab">
              {TAB_WORDS[name]}
              {name === "checks" ? <ChecksMark checks={toChecks(checks)} proposal={proposal} /> : null}
              {name === "reviews" && proposal.reviews.length > 0 ? (
                <span className="tab-count">{proposal.reviews.length}</span>
              ) : null}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="effect" className="tab-panel">
          <EffectPanel proposal={proposal} />
        </TabPanel>
        <TabPanel id="why" className="tab-panel">
          <WhyPanel view={view} proposal={proposal} />
        </TabPanel>
        <TabPanel id="checks" className="tab-panel">
          <ChecksPanel checks={checks} proposal={proposal} onRetry={checksFeed.retry} />
        </TabPanel>
        <TabPanel id="reviews" className="tab-panel">
          <ReviewsPanel proposal={proposal} timeZone={view.timeZone} />
        </TabPanel>
        <TabPanel id="history" className="tab-panel">
          <HistoryPanel tenant={view.tenant} proposalId={proposal.proposalId} timeZone={view.timeZone} />
        </TabPanel>
      </Tabs>
      <ActionBar view={view} proposal={proposal} checks={toChecks(checks)} onProposal={onProposal} />
    </>
  );
}

type ProposalAnswer = RouteAnswer<"getProposal">;

/** The server's verdict for this person, asked again whenever what it rests on has changed. */
function useChecksFeed(view: TenantView, proposal: Proposal): Feed<ProposalAnswer> {
  const { tenant, mode, connection, signInCount } = view;
  const { proposalId, auditVersion, status } = proposal;
  const isOffline = connection.kind === "offline";
  const controlMode = mode?.mode;
  const controlAt = mode?.at;
  const question = useMemo(
    () => ({ tenant, proposalId, isOffline, basis: { auditVersion, status, controlMode, controlAt, signInCount } }),
    [tenant, proposalId, isOffline, auditVersion, status, controlMode, controlAt, signInCount],
  );
  return useMemo(() => checksFeed(question), [question]);
}

interface ChecksQuestion {
  readonly tenant: TenantData;
  readonly proposalId: string;
  readonly isOffline: boolean;
}

function checksFeed({ tenant, proposalId, isOffline }: ChecksQuestion): Feed<ProposalAnswer> {
  return createFeed<ProposalAnswer>((emit) => {
    if (isOffline) {
      emit({ state: "failed", code: "OFFLINE", message: "The checks are made by the server.", requestId: null });
      return () => undefined;
    }
    void tenant
      .call("getProposal", { tenantId: tenant.tenantId, proposalId }, null)
      .then((outcome) =>
        emit(
          outcome.kind === "done"
            ? { state: "ready", value: outcome.answer, isFromCache: false, confirmedAtMs: Date.now() }
            : { state: "failed", ...outcome.failure },
        ),
      );
    return () => undefined;
  }, 0);
}

function toChecks(live: Live<ProposalAnswer>): Checks {
  if (live.state === "loading") return { kind: "checking" };
  if (live.state === "failed") return { kind: "unreadable", code: live.code };
  return { kind: "known", ...live.value.policy };
}

function ChecksMark({ checks, proposal }: { checks: Checks; proposal: Proposal }) {
  if (checks.kind !== "known") return null;
  const decision = proposal.status === "pending_approval" ? checks.approve : checks.execute;
  const failed = decision.trace.filter((line) => line.result === "fail" && line.check !== "rationale").length;
  if (failed === 0 || !["pending_approval", "approved"].includes(proposal.status)) return null;
  return (
    <span className="tab-count tab-count-bad">
      {failed}
      <span className="for-readers"> failed</span>
    </span>
  );
}
