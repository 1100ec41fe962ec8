import * as z from "zod";

/** Addresses of this machine and of private networks (RFC 1918, RFC 3927, RFC 4193, RFC 4291): never the open internet. */
const PRIVATE =
  /^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/;

const PrivateAddress = z
  .union([z.ipv4(), z.ipv6()])
  .refine((address) => PRIVATE.test(address), "expected an address of this machine or of the local network");

/** Events come to a small server here, from the hub and to a secret path. */
export const PostUrlConfig = z.strictObject({
  kind: z.literal("post_url"),
  /** One address of this machine that the hub can reach; never all of them. */
  listenHost: PrivateAddress,
  port: z.int().min(0).max(65_535),
  /** Part of the URL that is pasted into the Maker API app. */
  pathSecret: z.string().regex(/^[A-Za-z0-9_-]{16,64}$/, "expected 16 to 64 letters, digits, dashes or underscores"),
  /** Where the hub's posts come from; anything else is turned away. */
  hubAddresses: z.array(PrivateAddress).min(1).max(4),
});
export type PostUrlConfig = z.infer<typeof PostUrlConfig>;

/** How changes are heard of between two polls. `none`: not at all. */
export const LiveConfig = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("event_socket") }),
  PostUrlConfig,
]);
export type LiveConfig = z.infer<typeof LiveConfig>;
