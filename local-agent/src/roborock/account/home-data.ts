import * as z from "zod";

/** What the device API tells of a home (reference 4), as far as it is used: no place, no serial number. Local keys are secret. */
const Id = z.union([z.string().max(128), z.number()]).transform(String);
const Status = z.record(z.string(), z.unknown()).optional().catch(undefined);

const VendorDevice = z.object({
  duid: z.string().regex(/^[^\s\p{Cc}/+#]{1,128}$/u),
  name: z.string().max(200),
  localKey: z.string().min(1).max(512),
  productId: Id.optional().catch(undefined),
  pv: z.string().min(1).max(16).catch("unknown"),
  online: z.boolean().catch(false),
  roomId: Id.optional().catch(undefined),
  deviceStatus: Status,
});
const VendorProduct = z.object({ id: Id, model: z.string().max(100), category: z.string().max(100) });
const VendorRoom = z.object({ id: Id, name: z.string().max(200) });
const List = z.array(z.unknown()).nullish().catch(undefined);
const VendorHome = z.object({ devices: List, receivedDevices: List, products: List, rooms: List });

/** One device of the home. Kept on disk with its local key: mode 600. */
export const HomeDevice = z.strictObject({
  duid: z.string(),
  name: z.string(),
  localKey: z.string(),
  pv: z.string(),
  model: z.string(),
  category: z.string(),
  room: z.string().nullable(),
  isOnline: z.boolean(),
  /** The cloud's copy of the data points: number by number, as old as it may be. */
  points: z.record(z.string(), z.number()),
});
export type HomeDevice = z.infer<typeof HomeDevice>;

export const Home = z.strictObject({
  devices: z.array(HomeDevice),
  rooms: z.array(z.strictObject({ id: z.string(), name: z.string() })),
});
export type Home = z.infer<typeof Home>;

const MAX_DEVICES = 64;
const MAX_PRODUCTS = 256;
const MAX_ROOMS = 256;
const MAX_POINTS = 64;
const MAX_NAME_CHARS = 100;
const VACUUM_CATEGORY = "robot.vacuum.cleaner";
const UNKNOWN_MODEL = "unknown";

/** Answers: which devices and rooms does this home have? An entry that cannot be read costs none of the others. Null: no home. */
export function parseHome(result: unknown): Home | null {
  const parsed = VendorHome.safeParse(result);
  if (!parsed.success) return null;
  const { products, rooms, devices, receivedDevices } = parsed.data;
  const models = new Map(entries(products, VendorProduct, MAX_PRODUCTS).map((product) => [product.id, product]));
  const named = entries(rooms, VendorRoom, MAX_ROOMS).map(({ id, name }) => ({ id, name: shown(name, "room") }));
  const roomNames = new Map(named.map(({ id, name }) => [id, name]));
  const found = [
    ...entries(devices, VendorDevice, MAX_DEVICES),
    ...entries(receivedDevices, VendorDevice, MAX_DEVICES),
  ];
  const unique = new Map(found.map((device) => [device.duid, device]));
  return {
    rooms: named,
    devices: [...unique.values()].slice(0, MAX_DEVICES).map((device) => {
      const product = models.get(device.productId ?? "");
      return {
        duid: device.duid,
        name: shown(device.name, "vacuum"),
        localKey: device.localKey,
        pv: device.pv,
        model: shown(product?.model ?? "", UNKNOWN_MODEL),
        category: product?.category ?? UNKNOWN_MODEL,
        room: roomNames.get(device.roomId ?? "") ?? null,
        isOnline: device.online,
        points: toPoints(device.deviceStatus),
      };
    }),
  };
}

/** Answers: which rooms does a list of rooms name? */
export function parseHomeRooms(result: unknown): Home["rooms"] {
  const list = List.safeParse(result).data;
  return entries(list, VendorRoom, MAX_ROOMS).map(({ id, name }) => ({ id, name: shown(name, "room") }));
}

/**
 * Answers: in which protocol is this device read? `1.0` for a vacuum of that protocol; anything else is a reason to say that it
 * is not supported: another protocol version, or a product that is no vacuum.
 */
export function protocolOf({ pv, category }: HomeDevice): string {
  const isVacuum = category === VACUUM_CATEGORY || category === UNKNOWN_MODEL;
  return pv === "1.0" && !isVacuum ? "no_vacuum" : pv;
}

function entries<T>(list: readonly unknown[] | null | undefined, schema: z.ZodType<T>, most: number): T[] {
  return (list ?? []).slice(0, most).flatMap((entry) => {
    const parsed = schema.safeParse(entry);
    return parsed.success ? [parsed.data] : [];
  });
}

function toPoints(status: Readonly<Record<string, unknown>> | undefined): Record<string, number> {
  const points = Object.entries(status ?? {}).slice(0, MAX_POINTS);
  return Object.fromEntries(
    points.flatMap(([key, value]) => {
      const number = typeof value === "string" && /^-?\d{1,15}$/u.test(value) ? Number(value) : value;
      return /^\d{1,5}$/u.test(key) && typeof number === "number" && Number.isFinite(number) ? [[key, number]] : [];
    }),
  );
}

function shown(name: string, otherwise: string): string {
  const text = name.replace(/[\p{Cc}\p{Cf}]/gu, "").trim();
  return text === "" ? otherwise : Array.from(text).slice(0, MAX_NAME_CHARS).join("");
}
