/** The jobs of the minute. The emulators load scheduled functions, and have no clock that starts them. */
const SWEEPS = ["auditSweep", "expirySweep", "outboxSweep", "exportSweep", "reminderSweep"];
const EVERY_MS = 60_000;
const TIMEOUT_MS = 50_000;

/** Starts the sweeps now and every minute, one after the other. What fails is in the emulators' log, and tried again. */
export function keepSweeping(functionsOrigin: string): void {
  let isRunning = false;
  const sweep = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    for (const name of SWEEPS)
      await fetch(`${functionsOrigin}/${name}-0`, { method: "POST", signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
        () => undefined,
      );
    isRunning = false;
  };
  void sweep();
  setInterval(() => void sweep(), EVERY_MS).unref();
}
