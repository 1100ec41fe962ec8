/** The value of an environment variable that `scripts/dev/with-emulators.ts` sets. A missing emulator is a failure. */
export function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "")
    throw new Error(`${name} is not set: run this tier with "npm test", or under scripts/dev/with-emulators.ts`);
  return value;
}
