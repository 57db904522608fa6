import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** Tasks that go to the best bid: offering, revealing, looking. */
export function addAuctionCommands(program: Command, run: Run): void {
  program
    .command("bid <task>")
    .description("offer to do a task that is auctioned")
    .option("--stake <credits>", "what you lock; more counts more, up to 16 bonds")
    .option("--eta <duration>", "how long the work will take you, such as 2h")
    .option("--withdraw", "take your bid back; what it locked is free again")
    .addHelpText("after", BID_HELP)
    .action(run(lazily(async () => (await import("../auctions/bid.ts")).bid)));
  program
    .command("reveal [task]")
    .description("say what your bid sealed; without a task, for all of yours that it is time for")
    .addHelpText("after", REVEAL_HELP)
    .action(run(lazily(async () => (await import("../auctions/reveal.ts")).reveal)));
  program
    .command("auction <task>")
    .description("the clock of an auction, its bids, the order, and whose turn it is")
    .option("--award", "have the award made that is due, where nobody else commits anything")
    .addHelpText("after", "\nExample:\n  mound auction k3f9")
    .action(run(lazily(async () => (await import("../auctions/show.ts")).showAuction)));
  program
    .command("auctions")
    .description("the auctions that are not over, the first to close first")
    .addHelpText("after", "\nExample:\n  mound auctions")
    .action(run(lazily(async () => (await import("../auctions/show.ts")).listAuctions)));
}

const BID_HELP = `
A bid may be written anew or withdrawn while bids count. What it seals is kept in the git directory of this
clone, for you alone: reveal it from here, or let \`mound watch\` or \`mound work\` do it. A bid that is not revealed in
time loses its bond, a tenth of the task's value; so does one whose bidder no longer declares what the task needs.

Example:
  mound bid k3f9 --stake 20 --eta 2h --as ant-3`;

const REVEAL_HELP = `
It is time from the end of the bids to that of the reveals. \`mound watch\` reveals by itself what was bid in its
clone, and \`mound work\` what its agent has bid there, within a minute after it is time.

Example:
  mound reveal k3f9 --as ant-3`;
