/** The demo data: two studios on the emulators, and the accounts of their people. */
export { seedStudio } from "./seed-studio.js";
export type { SeedOptions, SeedSummary } from "./seed-studio.js";
export { DEMO_PASSWORD } from "./staff-accounts.js";
export { SAGUARO } from "./studio-plans.js";
