import type { Environment } from "../../data/config.js";

/** Which world this is: a different shape each, so that it is told apart without colour. */
export function EnvironmentBadge({ environment }: { environment: Environment }) {
  return (
    <span className={`environment environment-${environment}`}>
      <span className="for-readers">Environment: </span>
      {environment}
    </span>
  );
}
