import { REASON_CODES } from "@studio-os/functions/contracts";
import type { DeadLetter } from "@studio-os/functions/contracts";
import { formatAge, formatMoment } from "../../ui/age.js";
import { Button } from "../../ui/button.js";
import { FailureNote } from "../../ui/failure-note.js";
import { useNow } from "../../ui/use-live.js";
import type { TenantView } from "../tenant-view.js";
import { claimsOf, readableBody, whyNotAgain } from "./letter-words.js";
import type { Attempt } from "./use-redrive.js";

interface DeadLetterCardProps {
  readonly view: TenantView;
  readonly letter: DeadLetter;
  /** What became of it in this sitting; undefined: nobody tried. */
  readonly attempt: Attempt | undefined;
  readonly offBecause: string | undefined;
  readonly onRedrive: () => void;
}

/** One refused message: why, whose it says it is, what can be done, and the message itself as text. */
export function DeadLetterCard({ view, letter, attempt, offBecause, onRedrive }: DeadLetterCardProps) {
  const nowMs = useNow();
  const { reasonCode, detail, acceptedAt, redrivenAt, occurrences, firstSeenAt, lastSeenAt } = letter;
  const reason = REASON_CODES[reasonCode];
  const claims = claimsOf(letter);
  const obstacle = whyNotAgain(letter);
  const from =
    claims === null
      ? "It does not say whose it is"
      : `It says it is from ${claims.agentId}${claims.seq === null ? "" : `, no. ${claims.seq}`}, with ${claims.what}${
          claims.sentAt === null ? "" : `, sent ${formatMoment(claims.sentAt, view.timeZone)}`
        }`;
  return (
    <li className="card card-tall letter" aria-label={`${reasonCode}, ${from}`}>
      <p className="card-title">
        <strong>{reason.sentence}</strong>
        {acceptedAt === null ? (
          <span className="badge badge-attention">Waiting</span>
        ) : (
          <span className="badge badge-good">Counts since {formatMoment(acceptedAt, view.timeZone)}</span>
        )}
      </p>
      <p className="plain-text">{from}.</p>
      <p className="facts">
        <code>{reasonCode}</code> · <span className="plain-text">{detail}</span> · first{" "}
        {formatMoment(firstSeenAt, view.timeZone)}
        {occurrences > 1 ? ` · ${occurrences} times, last ${formatAge(lastSeenAt, nowMs)}` : ""}
        {redrivenAt !== null && acceptedAt === null ? ` · re-driven ${formatAge(redrivenAt, nowMs)} and refused` : ""}
      </p>
      {acceptedAt === null ? <p className="facts">What helps: {reason.whoCanLift}</p> : null}
      <AttemptNote attempt={attempt} />
      <Message letter={letter} />
      {obstacle === null ? (
        <Button
          {...(offBecause === undefined ? {} : { offBecause })}
          isBusy={attempt?.kind === "sending"}
          label={`Re-drive ${letter.deadLetterId.slice(0, 12)}`}
          onPress={onRedrive}
        >
          {attempt?.kind === "sending" ? "Judging…" : "Re-drive"}
        </Button>
      ) : acceptedAt === null ? (
        <p className="off-note">{obstacle}</p>
      ) : null}
    </li>
  );
}

function AttemptNote({ attempt }: { attempt: Attempt | undefined }) {
  if (attempt === undefined || attempt.kind === "sending") return null;
  if (attempt.kind === "failed") return <FailureNote failure={attempt.failure} />;
  const { isAccepted, reasonCode } = attempt.answer;
  const why = reasonCode === null ? null : REASON_CODES[reasonCode].sentence;
  return (
    <p className={`notice ${isAccepted ? "notice-good" : "notice-attention"}`} role="status">
      <span aria-hidden="true">{isAccepted ? "✓" : "▲"}</span>{" "}
      <span>
        {isAccepted
          ? why === null
            ? "It counts now."
            : `It counts now; what it asks for was refused: ${why}`
          : `Refused again: ${why ?? "nobody said why"}`}
      </span>
    </p>
  );
}

function Message({ letter }: { letter: DeadLetter }) {
  const [{ text, isCut }, size] = [readableBody(letter), letter.bodyBytes];
  return (
    <details className="letter-message">
      <summary>The message as it came, {size.toLocaleString("en-US")} bytes</summary>
      <pre tabIndex={0} aria-label="The message">
        {text === "" ? "(empty)" : text}
        {isCut ? "\n…" : ""}
      </pre>
    </details>
  );
}
