import type { EffectWrite, Proposal } from "@studio-os/functions/contracts";
import { useState } from "react";
import { Button } from "../../ui/button.js";
import { count } from "../queue/proposal-words.js";
import { diffLine, valueLines } from "./diff-words.js";
import type { DiffLine } from "./diff-words.js";

/** Exactly what will be written, record by record and field by field, and what it rests on. */
export function EffectPanel({ proposal }: { proposal: Proposal }) {
  const { writes, preconditions, irreversible, inverse } = proposal.plan;
  return (
    <>
      {writes.map((write) => (
        <WriteDiff key={write.ref} write={write} />
      ))}
      <p className="muted">
        {irreversible.length > 0 || inverse.length === 0
          ? "This cannot be undone."
          : `It can be rolled back while nobody else changes ${inverse.length === 1 ? "this record" : "these records"}.`}
      </p>
      <details className="preconditions">
        <summary>
          Holds only while {count(preconditions.length, "record")} {preconditions.length === 1 ? "stays" : "stay"} as
          read
        </summary>
        {preconditions.map((precondition) => (
          <div key={precondition.ref} className="precondition">
            <code>{precondition.ref}</code>{" "}
            {precondition.exists ? null : <span className="muted">must not exist yet</span>}
            <dl>
              {Object.entries(precondition.values).map(([field, value]) => (
                <div key={field}>
                  <dt>{field}</dt>
                  <dd className="plain-text">{valueLines(value).join("\n")}</dd>
                </div>
              ))}
            </dl>
          </div>
        ))}
      </details>
    </>
  );
}

const OP_WORDS = { create: "New record", update: "Change", delete: "Remove the record" } as const;

function WriteDiff({ write }: { write: EffectWrite }) {
  return (
    <table className="diff">
      <caption>
        <span className={`op op-${write.op}`}>{OP_WORDS[write.op]}</span> <code>{write.ref}</code>
      </caption>
      <colgroup>
        <col className="column-name" />
        <col />
      </colgroup>
      <thead className="for-readers">
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before and after</th>
        </tr>
      </thead>
      <tbody>
        {write.fields.map((change) => (
          <DiffRow key={change.path} line={diffLine(change)} />
        ))}
      </tbody>
    </table>
  );
}

function DiffRow({ line }: { line: DiffLine }) {
  const [isRevealed, setRevealed] = useState(false);
  const isMasked = line.isPersonal && !isRevealed;
  return (
    <tr>
      <th scope="row">{line.label}</th>
      <td>
        {line.before === null ? null : <Side sign="−" word="removed" lines={isMasked ? MASK : line.before} />}
        {line.after === null ? null : <Side sign="+" word="added" lines={isMasked ? MASK : line.after} />}
        {isMasked ? (
          <Button tone="quiet" onPress={() => setRevealed(true)}>
            Show personal data
          </Button>
        ) : null}
      </td>
    </tr>
  );
}

const MASK: readonly string[] = ["•••••• (personal data)"];

/** One side of a change: sign, screen-reader word, and the text struck through or not; never told by colour alone. */
function Side({ sign, word, lines }: { sign: "−" | "+"; word: "removed" | "added"; lines: readonly string[] }) {
  const Text = word === "removed" ? "del" : "ins";
  return (
    <div className={`side side-${word}`}>
      <span className="side-sign" aria-hidden="true">
        {sign}
      </span>
      <span className="for-readers">{word}: </span>
      <Text className="plain-text">{lines.join("\n")}</Text>
    </div>
  );
}
