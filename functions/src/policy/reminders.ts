import type { ApprovalRule, Role, UtcInstant } from "../contracts/index.js";

/** One moment at which somebody hears of a request that waits: the deciders, or also those to whom it is escalated. */
export interface Reminder {
  readonly at: UtcInstant;
  /** Who else is told from then on; null with a plain reminder. */
  readonly escalateTo: Role | null;
}

/**
 * When are people reminded of a request (M02.1)? At the rule's shares of the time to decide, the earliest first; an escalation
 * is one of them. Nothing is ever decided by a reminder.
 */
export function remindersOf(
  { decideWithinMs, reminderAt, escalation }: Pick<ApprovalRule, "decideWithinMs" | "reminderAt" | "escalation">,
  expiresAt: UtcInstant,
): readonly Reminder[] {
  const at = (share: number): UtcInstant =>
    new Date(Date.parse(expiresAt) - Math.round((1 - share) * decideWithinMs)).toISOString();
  const reminders = reminderAt.map((share): Reminder => ({ at: at(share), escalateTo: null }));
  if (escalation !== null) reminders.push({ at: at(escalation.afterShare), escalateTo: escalation.to });
  return reminders.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

export interface DueReminders {
  /** The role to which the request is escalated now; null: a plain reminder. */
  readonly escalateTo: Role | null;
  readonly remindersSent: number;
  readonly nextReminderAt: UtcInstant | null;
}

/** Which reminders are due and not behind yet? All that are due are one, however long nobody looked. null: none is. */
export function dueReminders(
  {
    rule,
    expiresAt,
    remindersSent,
  }: { readonly rule: ApprovalRule; readonly expiresAt: UtcInstant; readonly remindersSent: number },
  now: UtcInstant,
): DueReminders | null {
  const all = remindersOf(rule, expiresAt);
  const behind = all.filter(({ at }) => Date.parse(at) <= Date.parse(now)).length;
  if (behind <= remindersSent) return null;
  const escalateTo = all.slice(remindersSent, behind).flatMap((reminder) => reminder.escalateTo ?? [])[0] ?? null;
  return { escalateTo, remindersSent: behind, nextReminderAt: all[behind]?.at ?? null };
}
