import type { Command } from "commander";
import type { Run } from "../main.ts";
import { addAbleCommands } from "./able.ts";
import { addAuditCommands } from "./audit.ts";
import { addAuctionCommands } from "./auctions.ts";
import { addCheckpointCommands } from "./checkpoints.ts";
import { addClaimCommands } from "./claims.ts";
import { addCreditCommands } from "./credits.ts";
import { addEventCommands } from "./events.ts";
import { addDoctorCommands } from "./doctor.ts";
import { addGuardCommands } from "./guard.ts";
import { addHelpCommands } from "./help.ts";
import { addHookCommands } from "./hook.ts";
import { addPresenceCommands } from "./here.ts";
import { addLockCommands } from "./locks.ts";
import { addMatchCommands } from "./match.ts";
import { addMemberCommands } from "./members.ts";
import { addReactionCommands } from "./reactions.ts";
import { addReadCommands } from "./read.ts";
import { addRepairCommands } from "./repair.ts";
import { addReplayCommands } from "./replay.ts";
import { addReviewCommands } from "./reviews.ts";
import { addSetupCommands } from "./setup.ts";
import { addSignalCommands } from "./signals.ts";
import { addSigningCommands } from "./sign.ts";
import { addDraftCommands } from "./submit.ts";
import { addTaskCommands } from "./tasks.ts";
import { addTrustCommands } from "./trust.ts";
import { addVouchingCommands } from "./vouching.ts";
import { addWatchCommands } from "./watch.ts";
import { addWorkCommands } from "./work.ts";

/** Every group of commands, in the order in which help lists them. */
export const COMMANDS: readonly ((program: Command, run: Run) => void)[] = [
  addSetupCommands,
  addMemberCommands,
  addVouchingCommands,
  addAbleCommands,
  addTrustCommands,
  addTaskCommands,
  addDraftCommands,
  addClaimCommands,
  addMatchCommands,
  addReviewCommands,
  addCreditCommands,
  addAuctionCommands,
  addWorkCommands,
  addLockCommands,
  addReadCommands,
  addReplayCommands,
  addWatchCommands,
  addEventCommands,
  addPresenceCommands,
  addSignalCommands,
  addReactionCommands,
  addSigningCommands,
  addAuditCommands,
  addRepairCommands,
  addCheckpointCommands,
  addHookCommands,
  addGuardCommands,
  addDoctorCommands,
  addHelpCommands,
];
