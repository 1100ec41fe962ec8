/** Prints numbered steps with their times: `[2/7] Building the functions … 3.1 s`. */
export class Steps {
  private readonly total: number;
  private done = 0;

  constructor(total: number) {
    this.total = total;
  }

  async run<Result>(title: string, step: () => Result | Promise<Result>): Promise<Result> {
    const startedAt = Date.now();
    this.done += 1;
    process.stdout.write(`[${this.done}/${this.total}] ${title} … `);
    try {
      const result = await step();
      process.stdout.write(`${((Date.now() - startedAt) / 1_000).toFixed(1)} s\n`);
      return result;
    } catch (error) {
      process.stdout.write("failed\n");
      throw error;
    }
  }
}
