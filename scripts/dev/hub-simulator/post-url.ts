const POST_TIMEOUT_MS = 2_000;
/** Deliveries under way; the hub waits for none of them. */
const MAX_UNDER_WAY = 200;

/** The instance's "URL to POST device events to": one POST an event, no retry, no signature, no waiting. */
export class PostUrl {
  private url: string | null = null;
  private readonly underWay = new Set<Promise<void>>();
  /** Status of each delivery, newest last; 0: it did not arrive. */
  readonly statuses: number[] = [];

  set(url: string | null): void {
    this.url = url;
  }

  send(body: string): void {
    if (this.url === null || this.underWay.size >= MAX_UNDER_WAY) return;
    const delivery = this.deliver(this.url, body).finally(() => this.underWay.delete(delivery));
    this.underWay.add(delivery);
  }

  async settle(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private async deliver(url: string, body: string): Promise<void> {
    try {
      const headers = { "content-type": "application/json" };
      const signal = AbortSignal.timeout(POST_TIMEOUT_MS);
      const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
      await response.arrayBuffer();
      this.statuses.push(response.status);
    } catch {
      this.statuses.push(0);
    }
  }
}
