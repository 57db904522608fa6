import type { Fault } from "../protocol/fault.ts";
import { formatShare } from "../protocol/share.ts";
import { formatInstant } from "../protocol/time.ts";
import type { TrustFaultFacts } from "../protocol/trust-fault.ts";
import { EXIT } from "./exit.ts";
import type { Words } from "./explain.ts";
import { plural } from "./plural.ts";
import { speak, type Table } from "./table.ts";

/** A fault of trust, of stakes or of an auction. */
export type TrustFault = Extract<Fault, TrustFaultFacts>;

export function isTrustFault(fault: Fault): fault is TrustFault {
  return Object.hasOwn(WORDS, fault.code);
}

/** The words for a refusal for want of trust or credits. */
export function explainTrust(fault: TrustFault): Words {
  return speak(WORDS, fault);
}

const WORDS: Table<TrustFault> = {
  "trust-too-low": (fault) => ({
    message: `The task ${fault.task} asks for a trust of ${formatShare(fault.needed)}; ${fault.agent} has ${formatShare(fault.score)}.`,
    fix: `mound trust ${fault.agent}`,
    exit: EXIT.refused,
  }),
  "cooling-down": (fault) => ({
    message: `${fault.agent} takes nothing until ${formatInstant(fault.until)}: ${lapses(fault.lapses)}, and no work for others was done since.`,
    fix: `mound trust ${fault.agent}`,
    exit: EXIT.refused,
  }),
  quarantined: (fault) => ({
    message: `The task ${fault.task} is quarantined after ${lapses(fault.lapses)}, until ${fault.creator} has looked at it.`,
    fix: `mound task edit ${fault.task} --as ${fault.creator}`,
    exit: EXIT.refused,
  }),
  "vouches-missing": (fault) => ({
    message: `This mound takes in who is vouched for: the key ${fault.fingerprint} of ${fault.agent} has ${fault.found} of ${fault.needed} vouches that count.`,
    fix: `A member: mound vouch ${fault.agent} --key ${fault.fingerprint} --reason TEXT`,
    exit: EXIT.refused,
  }),
  "vouch-wrong": (fault) => ({
    message: `The vouch for ${fault.subject} is not allowed: ${fault.detail}.`,
    fix: "mound help vouch",
    exit: EXIT.refused,
  }),
  "denounce-wrong": (fault) => ({
    message: `The denouncement of ${fault.subject} is not allowed: ${fault.detail}.`,
    fix: "mound help denounce",
    exit: EXIT.refused,
  }),
  "vouch-missing": (fault) => ({
    message: `${fault.agent} vouches for no agent called ${fault.subject}.`,
    fix: "mound vouches",
    exit: EXIT.missing,
  }),
  "denounce-missing": (fault) => ({
    message: `${fault.agent} has not denounced ${fault.subject}.`,
    fix: `mound vouches ${fault.subject}`,
    exit: EXIT.missing,
  }),
  "grant-wrong": (fault) => ({
    message: `The grant is not allowed: ${fault.detail}.`,
    fix: "mound help grant",
    exit: EXIT.refused,
  }),
  "credits-short": (fault) => ({
    message: `${fault.agent} has ${plural(fault.free, "credit")} free, and ${fault.needed} ${fault.needed === 1 ? "is" : "are"} to be locked.`,
    fix: `mound ledger ${fault.agent}`,
    exit: EXIT.refused,
  }),
  "bid-wrong": (fault) => ({
    message: `The bid on ${fault.task} is not allowed: ${fault.detail}.`,
    fix: `mound auction ${fault.task}`,
    exit: EXIT.refused,
  }),
  "auction-open": (fault) => ({
    message: `The task ${fault.task} is auctioned: ${
      fault.until === undefined
        ? "it is awarded with the next commit of somebody who does not bid"
        : `nobody takes it before ${formatInstant(fault.until)}`
    }.`,
    fix: `mound auction ${fault.task}`,
    exit: EXIT.refused,
  }),
  "not-awarded": (fault) => ({
    message: `The task ${fault.task} was awarded to ${fault.by}${
      fault.from === undefined
        ? ""
        : `; ${fault.agent} may take it from ${formatInstant(fault.from)} on, if it is still to be had`
    }.`,
    fix: `mound auction ${fault.task}`,
    exit: EXIT.lost,
    retryable: true,
  }),
  "review-dependent": (fault) => ({
    message: `${fault.agent} cannot review ${fault.task}: ${fault.detail}; it takes somebody else with a trust of ${formatShare(fault.needed)}.`,
    fix: `mound task show ${fault.task}`,
    exit: EXIT.refused,
  }),
};

function lapses(count: number): string {
  return count === 1 ? "one claim lapsed" : `${count} claims lapsed`;
}
