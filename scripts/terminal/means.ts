/** Everything that a command takes from the world. The program builds it; tests give their own. */
export interface Means {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof globalThis.fetch;
  /** One line to standard output: what was asked for. */
  readonly print: (line: string) => void;
  /** One line to standard error: what went wrong, and what is going on. */
  readonly say: (line: string) => void;
  /** Asks without echo; null where nobody can answer. */
  readonly askSecret: (question: string) => Promise<string | null>;
  /** An idempotency key: at least 16 visible characters that nobody used before. */
  readonly newKey: () => string;
  readonly wait: (ms: number) => Promise<void>;
}
