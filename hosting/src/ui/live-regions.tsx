import { spoken } from "./announce.js";
import { useStore } from "./use-live.js";

/** The cockpit's one polite and one assertive live region. */
export function LiveRegions() {
  const { polite, assertive } = useStore(spoken);
  return (
    <>
      <div className="for-readers" role="status" aria-live="polite" data-testid="polite">
        {polite}
      </div>
      <div className="for-readers" role="alert" aria-live="assertive" data-testid="assertive">
        {assertive}
      </div>
    </>
  );
}
