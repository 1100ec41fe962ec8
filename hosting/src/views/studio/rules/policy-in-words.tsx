import { aboutWords, policyChanges, ruleSentences, soloWords } from "./rule-words.js";
import type { PolicyText } from "./rule-words.js";

/** Every rule of a policy as sentences, in the order in which they are asked. */
export function PolicyInWords({ policy }: { policy: PolicyText }) {
  return (
    <>
      <ol className="cards rules">
        {policy.rules.map((rule, index) => (
          <li key={index} className="card card-tall">
            <h3>
              {index + 1}. {aboutWords(rule)}
            </h3>
            <ul className="sentences">
              {ruleSentences(rule).map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
      <p className="panel-none">{soloWords(policy)}</p>
    </>
  );
}

/** What one policy says that another does not, with signs and words beside the colours. */
export function PolicyDiff({ before, after }: { before: PolicyText; after: PolicyText }) {
  const changes = policyChanges(before, after);
  if (changes.length === 0) return <p className="muted">Nothing changes yet.</p>;
  return (
    <ul className="policy-diff">
      {changes.map(({ about, sign, sentence }) => (
        <li key={`${sign} ${about} ${sentence}`} className={sign === "+" ? "side side-added" : "side side-removed"}>
          <span className="side-sign" aria-hidden="true">
            {sign === "+" ? "+" : "−"}
          </span>
          <span>
            <span className="for-readers">{sign === "+" ? "added: " : "removed: "}</span>
            <strong>{about}.</strong> {sign === "+" ? sentence : <del>{sentence}</del>}
          </span>
        </li>
      ))}
    </ul>
  );
}
