import type { Kiln, StaffMember, Tenant } from "@studio-os/functions/contracts";
import type { ProgramName } from "./catalogue.js";
import { STUDIO_TIME_ZONE } from "./studio-calendar.js";

/** How one kiln is used. Days count from today; past firings are spread evenly over `spanDays` before `newestDay`. */
export interface KilnPlan {
  readonly kiln: Kiln;
  readonly programs: readonly ProgramName[];
  readonly past: { readonly count: number; readonly newestDay: number; readonly spanDays: number };
  /** How the newest of the past firings stands today. */
  readonly newest: "complete" | "cooling";
  readonly upcomingDays: readonly number[];
}

export interface StudioPlan {
  readonly tenant: Omit<Tenant, "createdAt">;
  /** What piece codes begin with. */
  readonly codePrefix: string;
  readonly kilns: readonly KilnPlan[];
  readonly staff: readonly StaffMember[];
  readonly faultyFirings: number;
  readonly members: number;
  /** All batches, of which `unassignedBatches` have no firing yet. */
  readonly batches: number;
  readonly unassignedBatches: number;
  readonly pieces: number;
  readonly reservations: number;
  readonly orders: number;
}

const electric = { type: "electric", capacityHalfShelves: 8, maxCone: "10", maxTempC: 1_305, zones: 3 } as const;

function person(uid: string, displayName: string, domain: string, roles: StaffMember["roles"]): StaffMember {
  const email = `${displayName.toLowerCase().replace(" ", ".")}@${domain}`;
  return { uid, displayName, email, roles, isActive: true };
}
const SAGUARO_MAIL = "saguaro-clay.example";

/** Works for both studios: what she may do in one says nothing about the other. */
const ROSA_UID = "rosa-both";
const ROSA_NAME = "Rosa Yazzie";

/** The demo studio, with the volumes of a small working studio over half a year. */
export const SAGUARO: StudioPlan = {
  tenant: { tenantId: "demo-studio", name: "Saguaro Clay Studio", timeZone: STUDIO_TIME_ZONE, currency: "USD" },
  codePrefix: "SCS",
  kilns: [
    {
      kiln: { kilnId: "kiln-a", name: "Kiln A", status: "idle", room: "Kiln room", ...electric },
      programs: ["bisque", "glaze"],
      past: { count: 31, newestDay: -1, spanDays: 164 },
      newest: "complete",
      // Nothing on kiln A today or tomorrow: a hot kiln room then has no booked firing to explain it.
      upcomingDays: [3, 9],
    },
    {
      kiln: { kilnId: "kiln-b", name: "Kiln B", status: "cooling", room: "Kiln room", ...electric },
      programs: ["glaze", "bisque"],
      past: { count: 26, newestDay: -1, spanDays: 164 },
      newest: "cooling",
      upcomingDays: [2, 8],
    },
    {
      kiln: {
        ...{ kilnId: "kiln-c", name: "Gas kiln", type: "gas", status: "idle", room: "Yard" },
        ...{ capacityHalfShelves: 8, maxCone: "10", maxTempC: 1_305, zones: 1 },
      },
      programs: ["raku", "reduction"],
      past: { count: 8, newestDay: -6, spanDays: 156 },
      newest: "complete",
      upcomingDays: [5],
    },
  ],
  staff: [
    person("maya-owner", "Maya Ortiz", SAGUARO_MAIL, ["owner"]),
    person("devon-admin", "Devon Clarke", SAGUARO_MAIL, ["approver_admin"]),
    person("lena-approver", "Lena Fischer", SAGUARO_MAIL, ["approver"]),
    person("omar-approver", "Omar Haddad", SAGUARO_MAIL, ["approver", "operator"]),
    person("kenji-operator", "Kenji Mori", SAGUARO_MAIL, ["operator"]),
    person("tess-operator", "Tess Walker", SAGUARO_MAIL, ["operator"]),
    person(ROSA_UID, ROSA_NAME, SAGUARO_MAIL, ["operator"]),
    person("ines-finance", "Ines Duarte", SAGUARO_MAIL, ["finance"]),
    person("paul-finance", "Paul Novak", SAGUARO_MAIL, ["finance", "viewer"]),
    person("grace-trust", "Grace Adeyemi", SAGUARO_MAIL, ["trust"]),
    person("vic-volunteer", "Vic Tran", SAGUARO_MAIL, ["viewer"]),
    person("wren-volunteer", "Wren Begay", SAGUARO_MAIL, ["viewer"]),
    person("sol-volunteer", "Sol Herrera", SAGUARO_MAIL, ["viewer"]),
    person("ada-volunteer", "Ada Lund", SAGUARO_MAIL, ["viewer"]),
  ],
  faultyFirings: 5,
  members: 60,
  batches: 130,
  unassignedBatches: 14,
  pieces: 900,
  reservations: 400,
  orders: 500,
};

/** A second, small studio. Its kiln has the same id as one of the first's: whatever forgets the studio will show it. */
export const JUNIPER: StudioPlan = {
  tenant: { tenantId: "juniper-pottery", name: "Juniper Pottery", timeZone: STUDIO_TIME_ZONE, currency: "USD" },
  codePrefix: "JP",
  kilns: [
    {
      kiln: { kilnId: "kiln-a", name: "The blue kiln", status: "idle", room: "Back shed", ...electric },
      programs: ["bisque", "glaze"],
      past: { count: 5, newestDay: -4, spanDays: 60 },
      newest: "complete",
      upcomingDays: [6],
    },
  ],
  staff: [
    person("juno-owner", "Juno Park", "juniper-pottery.example", ["owner"]),
    person(ROSA_UID, ROSA_NAME, SAGUARO_MAIL, ["approver_admin"]),
  ],
  faultyFirings: 0,
  members: 6,
  batches: 9,
  unassignedBatches: 2,
  pieces: 30,
  reservations: 12,
  orders: 10,
};
