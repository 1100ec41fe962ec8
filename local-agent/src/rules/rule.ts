import { AttributeName, DeviceId, DocId, FiringAttention, FiringFlagRequest } from "@studio-os/functions/contracts";
import * as z from "zod";
import { unknownPlaceholders } from "./note-template.js";

/** Most rules of one agent, and most conditions beside the watched one. */
const MAX_RULES = 20;
const MAX_CONDITIONS = 5;

const Attribute = { deviceId: DeviceId, attribute: AttributeName };
const Unit = z.string().max(16).nullable();

/** A number on one side of a threshold. `hysteresis` is how far it has to come back before the condition is over. */
const Threshold = z.strictObject({
  ...Attribute,
  is: z.enum(["above", "below"]),
  threshold: z.number(),
  hysteresis: z.number().min(0).default(0),
  /** The unit that the threshold is in. A reading in another unit is not compared: it counts as unknown. */
  unit: Unit,
});

/** A word or a flag that equals one value, such as `wet` or `open`. */
const Equals = z.strictObject({
  ...Attribute,
  is: z.literal("equals"),
  value: z.union([z.string().max(64), z.boolean()]),
});

/** No usable reading. Its time counts from the last usable one, or from the agent's start. */
const Silent = z.strictObject({ ...Attribute, is: z.literal("silent") });

export const Condition = z.discriminatedUnion("is", [Threshold, Equals]);
export type Condition = z.infer<typeof Condition>;
export const Watch = z.discriminatedUnion("is", [Threshold, Equals, Silent]);
export type Watch = z.infer<typeof Watch>;

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "expected a time of day such as 21:30");

/** A daily window; `from` is in it and `to` is not. From 21:00 to 07:00 crosses midnight; equal ends are the whole day. */
export const Hours = z.strictObject({
  from: TimeOfDay,
  to: TimeOfDay,
  timeZone: z.string().max(60).refine(isTimeZone, "expected an IANA time zone such as Europe/Berlin"),
});
export type Hours = z.infer<typeof Hours>;

/**
 * One local rule: when `watch` holds for `forSeconds` without a break, while every `when` holds and the clock is inside
 * `hours`, the agent proposes, and then stays quiet until the condition was over and `coolDownSeconds` went by. Written
 * by the operator; read at start. What a rule can ask for is what an agent may propose, and no more.
 */
export const Rule = z.strictObject({
  id: DocId,
  title: z.string().min(3).max(80),
  watch: Watch,
  forSeconds: z.int().min(10).max(86_400),
  coolDownSeconds: z
    .int()
    .min(60)
    .max(7 * 86_400),
  when: z.array(Condition).max(MAX_CONDITIONS).default([]),
  hours: Hours.optional(),
  propose: z.strictObject({
    capabilityId: z.literal("firing.flag"),
    kilnId: DocId,
    attention: FiringAttention,
    unlessBookedWithinHours: FiringFlagRequest.shape.unlessBookedWithinHours,
    /** The note for staff. May name {title}, {device}, {value}, {unit}, {since} and {minutes}. */
    note: z
      .string()
      .min(3)
      .max(300)
      .superRefine((note, context) => {
        for (const name of unknownPlaceholders(note)) {
          context.addIssue({ code: "custom", message: `there is no placeholder {${name}}` });
        }
      }),
  }),
});
export type Rule = z.infer<typeof Rule>;

/** The rules of one agent. Two rules of one id would share a cool-down. */
export const Rules = z
  .array(Rule)
  .max(MAX_RULES)
  .superRefine((rules, context) => {
    const seen = new Set<string>();
    rules.forEach(({ id }, index) => {
      if (seen.has(id)) context.addIssue({ code: "custom", path: [index, "id"], message: `the id ${id} is taken` });
      seen.add(id);
    });
  });

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false; // RangeError: there is no such zone
  }
}
