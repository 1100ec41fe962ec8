/** Private and link-local ranges (RFC 1918, RFC 3927): where a vacuum of the studio can be. */
const PRIVATE_RANGES: readonly (readonly [network: string, bits: number])[] = [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
];
const LOOPBACK_RANGE = ["127.0.0.0", 8] as const;

/**
 * Answers: may the agent connect to this address because a vacuum named it? Only to a private one: the answer comes from
 * outside, and must not turn the agent into a way to other places. Loopback counts for simulators alone.
 */
export function isLocalAddress(address: string, isLoopbackAllowed: boolean): boolean {
  if (!isIPv4(address)) return false;
  const ranges = isLoopbackAllowed ? [...PRIVATE_RANGES, LOOPBACK_RANGE] : PRIVATE_RANGES;
  return ranges.some(([network, bits]) => toNumber(address) >>> (32 - bits) === toNumber(network) >>> (32 - bits));
}

const DOTTED = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/u;

/** Four numbers from 0 to 255; without node:net, so that only the files that connect import it. */
export function isIPv4(text: string): boolean {
  return DOTTED.test(text);
}

function toNumber(address: string): number {
  return address.split(".").reduce((number, part) => (number << 8) | Number(part), 0);
}
