import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

const load = () => import("../locks/lock.ts");

const UNDER = `
With PROGRAM: it runs while the lock is held, with MOUND_AGENT, MOUND_LOCK and MOUND_TOKEN in its
environment; the lease is renewed when a third of it has gone, and the lock is given back at the end, by
Ctrl-C too. The exit code is PROGRAM's. Where another has taken the lock, or the lease is over and could not
be renewed, PROGRAM gets SIGTERM, after --grace SIGKILL, and the exit code is 9. What one's own name holds
already, in another process, counts as held by another. Killed itself by SIGKILL, mound stops nothing: what
PROGRAM writes to is kept safe by \`mound fence\`.

Without PROGRAM: the lock is yours until you give it back or the lease is over; to take again what is yours
is answered with the token that you have.

It ends with 5 where another holds it, and with --wait waits instead, for so long or for ever.
`;

/** Named leases: of anything that is not a task, and of the leadership of a group. */
export function addLockCommands(program: Command, run: Run): void {
  addTaking(program, run);
  program
    .command("unlock <name>")
    .description("give a lock back")
    .option("--token <n>", "the token you hold, where several processes act under one name")
    .addHelpText("after", "\nExample:\n  mound unlock deploy --as ant-3")
    .action(run(lazily(async () => (await load()).unlock)));
  program
    .command("locks")
    .description("list the locks: who holds each, under which token, until when")
    .option("--held", "only those that are held")
    .addHelpText("after", "\nExample:\n  mound locks --held")
    .action(run(lazily(async () => (await import("../locks/list.ts")).locks)));
  program
    .command("fence <name> <token>")
    .description("ask whether a token is current, before acting on what Mound does not own")
    .option("--lock", "NAME is a lock, whatever tasks there are")
    .option("--task", "NAME is a task, whatever locks there are")
    .option("--max-age <duration>", "a view that was heard from the origin so long ago will do")
    .option("--offline", "answer by what is known here, however old, and say how old it is")
    .addHelpText(
      "after",
      `
NAME is a lock, or a task by its id or a prefix of it. The origin is looked at unless you say otherwise.
It ends with 0 where the token is current and its lease not over; 9 where it is stale or its lease is over; 3
where nobody ever took that lock, or there is no such task; 7 where the origin cannot be reached. A script
that goes on after 0 alone is safe.

Examples:
  mound fence --lock "$MOUND_LOCK" "$MOUND_TOKEN" && ./publish.sh
  mound fence k3f9 2 --max-age 10s`,
    )
    .action(run(lazily(async () => (await import("../locks/fence.ts")).fence)));
}

function addTaking(program: Command, run: Run): void {
  takingOptions(program.command("lock <name> [program...]"))
    .description("take a named lock: a lease on anything that is not a task")
    .usage("[options] NAME [-- PROGRAM ARG...]")
    .addHelpText(
      "after",
      `${UNDER}
Examples:
  mound lock deploy --as ant-3 --lease 10m
  mound lock deploy --as ant-3 --lease 1m --wait 5m -- ./deploy.sh production`,
    )
    .action(run(lazily(async () => (await load()).lock)));
  takingOptions(program.command("lead <group> [program...]"))
    .description("lead a group: the lock leader/GROUP, which passes on when its lease lapses")
    .usage("[options] GROUP [-- PROGRAM ARG...]")
    .option("--status", "tell who leads")
    .option("--resign", "step down")
    .addHelpText(
      "after",
      `${UNDER}
Examples:
  mound lead research --as ant-3 --lease 30s --wait -- ./coordinate.sh
  mound lead research --status
  mound lead research --resign --as ant-3
  mound events --follow --on 'leader.*'`,
    )
    .action(run(lazily(async () => (await load()).lead)));
}

function takingOptions(command: Command): Command {
  return command
    .option("--lease <duration>", "how long from now; the mound's lease_default unless said")
    .option("--wait [duration]", "wait where another holds it; for ever unless said")
    .option("--grace <duration>", "how long PROGRAM may take to end when told to; 10s unless said")
    .option("--renew", "hold on to what you have: a later end of the lease")
    .option("--token <n>", "with --renew, the token you hold");
}
