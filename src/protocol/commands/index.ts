import { planAdd, type AddCommand } from "./add.ts";
import {
  planAward,
  planBid,
  planReveal,
  planWithdrawBid,
  type AwardCommand,
  type BidCommand,
  type RevealCommand,
  type WithdrawBidCommand,
} from "./bid.ts";
import { planCan, type CanCommand } from "./can.ts";
import { planCheckpoint, type CheckpointCommand } from "./checkpoint.ts";
import { planClaim, type ClaimCommand } from "./claim.ts";
import { planConfigure, type ConfigureCommand } from "./configure.ts";
import { planDecline, type DeclineCommand } from "./decline.ts";
import {
  planDenounce,
  planUndenounce,
  type DenounceCommand,
  type UndenounceCommand,
} from "./denounce.ts";
import { planEdit, type EditCommand } from "./edit.ts";
import { planCancel, planReview, type CancelCommand, type ReviewCommand } from "./end.ts";
import { planFinish, type FinishCommand } from "./finish.ts";
import { planFurnish, type FurnishCommand } from "./furnish.ts";
import { planGrant, type GrantCommand } from "./grant.ts";
import { planInit, type InitCommand } from "./init.ts";
import { planKeepCan, type KeepCanCommand } from "./keep-can.ts";
import {
  planEndMembership,
  planInvite,
  planJoin,
  planRotate,
  type EndMembershipCommand,
  type InviteCommand,
  type JoinCommand,
  type RotateCommand,
} from "./members.ts";
import {
  planLock,
  planRenewLock,
  planUnlock,
  type LockCommand,
  type RenewLockCommand,
  type UnlockCommand,
} from "./lock.ts";
import { planNext, type NextCommand } from "./next.ts";
import type { PlanContext, Planned } from "./plan.ts";
import { planRenew, type RenewCommand } from "./renew.ts";
import { planRepair, type RepairCommand } from "./repair.ts";
import { planSignal, type SignalCommand } from "./signal.ts";
import { planUnvouch, planVouch, type UnvouchCommand, type VouchCommand } from "./vouch.ts";

/** What an agent may intend; plain data, so that it can be journalled and handed to a sequencer. */
export type Command =
  | AddCommand
  | AwardCommand
  | BidCommand
  | CanCommand
  | CancelCommand
  | CheckpointCommand
  | ClaimCommand
  | ConfigureCommand
  | DeclineCommand
  | DenounceCommand
  | EditCommand
  | EndMembershipCommand
  | FinishCommand
  | FurnishCommand
  | GrantCommand
  | InitCommand
  | InviteCommand
  | JoinCommand
  | LockCommand
  | KeepCanCommand
  | NextCommand
  | RenewCommand
  | RenewLockCommand
  | RepairCommand
  | RevealCommand
  | ReviewCommand
  | RotateCommand
  | SignalCommand
  | UndenounceCommand
  | UnlockCommand
  | UnvouchCommand
  | VouchCommand
  | WithdrawBidCommand;

/** State and intent to drafts: one planner for each command. */
export function plan(command: Command, context: PlanContext): Planned {
  const planner = PLANNERS[command.type] as (command: Command, context: PlanContext) => Planned;
  return planner(command, context);
}

const PLANNERS: {
  readonly [Type in Command["type"]]: (
    command: Extract<Command, { readonly type: Type }>,
    context: PlanContext,
  ) => Planned;
} = {
  add: planAdd,
  award: planAward,
  bid: planBid,
  can: planCan,
  cancel: planCancel,
  checkpoint: planCheckpoint,
  claim: planClaim,
  configure: planConfigure,
  decline: planDecline,
  denounce: planDenounce,
  edit: planEdit,
  "end-membership": planEndMembership,
  finish: planFinish,
  furnish: planFurnish,
  grant: planGrant,
  init: planInit,
  invite: planInvite,
  join: planJoin,
  lock: planLock,
  "keep-can": planKeepCan,
  next: planNext,
  renew: planRenew,
  "renew-lock": planRenewLock,
  repair: planRepair,
  reveal: planReveal,
  review: planReview,
  rotate: planRotate,
  signal: planSignal,
  undenounce: planUndenounce,
  unlock: planUnlock,
  unvouch: planUnvouch,
  vouch: planVouch,
  "withdraw-bid": planWithdrawBid,
};
