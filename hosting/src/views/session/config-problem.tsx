import { CONFIG_URL } from "../../data/config.js";
import { Button } from "../../ui/button.js";

/** The cockpit does not know which studio it belongs to: what is wrong, and who can put it right. */
export function ConfigProblem({ problems }: { problems: readonly string[] }) {
  return (
    <main className="door">
      <div className="door-card">
        <h1>The cockpit is not configured</h1>
        <p>
          It reads <code>{CONFIG_URL}</code> to learn which studio it belongs to, and that did not work:
        </p>
        <ul className="problem-list">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
        <p className="muted">Whoever deployed this page can put it right; hosting/README.md describes the file.</p>
        <Button tone="primary" onPress={() => location.reload()}>
          Try again
        </Button>
      </div>
    </main>
  );
}
