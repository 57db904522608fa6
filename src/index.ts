/** The public library: a mound that is open in this process, and what it takes to work with it. */
export { foundMound, type FoundOptions } from "./open/found.ts";
export { cloneMound, type CloneOptions } from "./open/clone.ts";
export { publishMound } from "./open/publish.ts";
export { Mound, type OpenOptions, type SubmitOptions } from "./open/mound.ts";
export type { AnyFault } from "./open/faults.ts";
export type { Outcome, Accepted } from "./app/request.ts";
export type { Command } from "./protocol/commands/index.ts";
export { taskStatus, type TaskStatus } from "./protocol/rules/task-status.ts";
export type { TaskState, View } from "./protocol/state.ts";
export { isAgentId, isTaskId, type AgentId, type TaskId } from "./protocol/ids.ts";
