import type { ActionName, OfferedAction } from "./decide-actions.js";

interface ObstaclesProps {
  readonly actions: readonly OfferedAction[];
  readonly words: Readonly<Record<ActionName, string>>;
}

/** Why buttons are off, and who can lift it. What stands in the way of several is said once. */
export function Obstacles({ actions, words }: ObstaclesProps) {
  const groups = groupByReason(actions);
  return (
    <div className="obstacles">
      {groups.map(({ obstacle, names }) => (
        <p
          key={`${obstacle.code}:${names.join()}`}
          className={obstacle.code === "CHECKING" ? "for-readers" : "obstacle"}
        >
          {names.map((name, index) => (
            <span key={name} id={`off-${name}`}>
              {index === 0 ? null : <span aria-hidden="true">· </span>}
              <strong>{words[name]}</strong>
              <span className="for-readers">
                {" "}
                is off: {obstacle.sentence} {obstacle.whoCanLift}
              </span>{" "}
            </span>
          ))}
          <span aria-hidden="true">
            {names.length === 1 ? "is" : "are"} off: {obstacle.sentence}
          </span>
          <span className="obstacle-lift" aria-hidden="true">
            Who can lift it: {obstacle.whoCanLift}
          </span>
        </p>
      ))}
    </div>
  );
}

function groupByReason(actions: readonly OfferedAction[]) {
  const groups = new Map<string, { obstacle: NonNullable<OfferedAction["obstacle"]>; names: ActionName[] }>();
  for (const { name, obstacle } of actions) {
    if (obstacle === null) continue;
    const key = `${obstacle.code}:${obstacle.sentence}`;
    const group = groups.get(key) ?? { obstacle, names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()];
}
