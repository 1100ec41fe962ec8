/** The public interface of the Roborock client. See README.md. */
export { createAccountConnector } from "./account-connector.js";
export { createRoborockConnector } from "./roborock-connector.js";
export { toDeviceId } from "./vacuum.js";
export type { RoborockTuning } from "./fleet.js";
export { AccountOptions, RoborockOptions, VacuumConfig } from "./options.js";
export type { AccountOptionsInput, RoborockOptionsInput } from "./options.js";
export { READ_METHODS } from "./read-only.js";
export type { ReadMethod } from "./read-only.js";
