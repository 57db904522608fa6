import { unreachable } from "../../base/assert.ts";
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
  switch (command.type) {
    case "add":
      return planAdd(command, context);
    case "award":
      return planAward(command, context);
    case "bid":
      return planBid(command, context);
    case "can":
      return planCan(command, context);
    case "cancel":
      return planCancel(command, context);
    case "checkpoint":
      return planCheckpoint(command, context);
    case "claim":
      return planClaim(command, context);
    case "configure":
      return planConfigure(command, context);
    case "decline":
      return planDecline(command, context);
    case "denounce":
      return planDenounce(command, context);
    case "edit":
      return planEdit(command, context);
    case "end-membership":
      return planEndMembership(command, context);
    case "finish":
      return planFinish(command, context);
    case "furnish":
      return planFurnish(command, context);
    case "grant":
      return planGrant(command, context);
    case "init":
      return planInit(command, context);
    case "invite":
      return planInvite(command, context);
    case "join":
      return planJoin(command, context);
    case "lock":
      return planLock(command, context);
    case "keep-can":
      return planKeepCan(command, context);
    case "next":
      return planNext(command, context);
    case "renew":
      return planRenew(command, context);
    case "renew-lock":
      return planRenewLock(command, context);
    case "repair":
      return planRepair(command, context);
    case "reveal":
      return planReveal(command, context);
    case "review":
      return planReview(command, context);
    case "rotate":
      return planRotate(command, context);
    case "signal":
      return planSignal(command, context);
    case "undenounce":
      return planUndenounce(command, context);
    case "unlock":
      return planUnlock(command, context);
    case "unvouch":
      return planUnvouch(command, context);
    case "vouch":
      return planVouch(command, context);
    case "withdraw-bid":
      return planWithdrawBid(command, context);
    default:
      return unreachable(command);
  }
}
