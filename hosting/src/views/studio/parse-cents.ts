/** Most that an amount may be, in whole money: what follows is no longer exact in cents. */
const MAX_WHOLE = 10_000_000;

/** Answers: how many cents is this, typed as whole money? `12.50` is 1250; nothing is null; `undefined` is no amount. */
export function parseCents(text: string): number | null | undefined {
  const typed = text.trim();
  if (typed === "") return null;
  const [, whole = "", part = ""] = /^(\d{1,8})(?:\.(\d{1,2}))?$/.exec(typed) ?? [];
  if (whole === "" || Number(whole) > MAX_WHOLE) return undefined;
  return Number(whole) * 100 + Number(part.padEnd(2, "0"));
}

/** `1250` as `12.50`. */
export const formatCents = (cents: number): string => (cents / 100).toFixed(2);
