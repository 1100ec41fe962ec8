export interface EmulatorHosts {
  /** `127.0.0.1:8080`, as in FIRESTORE_EMULATOR_HOST. */
  readonly firestoreHost: string;
  /** As in FIREBASE_AUTH_EMULATOR_HOST. */
  readonly authHost: string;
  readonly projectId: string;
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Is this an emulator on this machine, and a project that can be nothing else? Throws a sentence if not. Seeding writes
 * thousands of documents and accounts with a known password: neither may ever reach a real project.
 */
export function requireEmulators({ firestoreHost, authHost, projectId }: EmulatorHosts): void {
  // Firebase's own convention: for a `demo-` project the SDKs and tools never speak to the real services.
  if (!projectId.startsWith("demo-"))
    throw new Error(`The seed writes to emulators only: the project must be called demo-…, and is "${projectId}".`);
  for (const [name, host] of [["Firestore", firestoreHost] as const, ["Auth", authHost] as const])
    if (!isLoopback(host))
      throw new Error(`The seed writes to emulators on this machine only, and the ${name} emulator is at "${host}".`);
}

function isLoopback(host: string): boolean {
  if (!/^[^/@?#\s]+:\d{1,5}$/.test(host)) return false;
  return URL.canParse(`http://${host}`) && LOOPBACK.has(new URL(`http://${host}`).hostname);
}

/** The admin SDK finds its emulators through the environment alone. */
export function pointAdminSdkAt(hosts: EmulatorHosts): void {
  process.env["FIRESTORE_EMULATOR_HOST"] = hosts.firestoreHost;
  process.env["FIREBASE_AUTH_EMULATOR_HOST"] = hosts.authHost;
}
