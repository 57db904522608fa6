/** What `npm run bench:trust` runs. */
export { chartOf } from "./chart.ts";
export { checkGates } from "./gates.ts";
export { jobsFor, liveOnce, rowNames, rowsOf, seedsFrom } from "./rows.ts";
export { tableOf } from "./table.ts";
