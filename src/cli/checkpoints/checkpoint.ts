import { signCheckpoint } from "../../open/checkpoint.ts";
import { FaultError, type Context } from "../context.ts";
import { EXIT } from "../exit.ts";
import { explain } from "../explain.ts";
import { freshMound } from "../fresh.ts";
import { findCommit, namesCommit } from "../reading/moment.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";

/** `mound checkpoint [commit]`: signs what the state is there. */
export async function checkpoint(
  context: Context,
  [named]: readonly (string | undefined)[],
): Promise<Report> {
  const agent = context.agent();
  if (named !== undefined && !namesCommit(named))
    throw new UsageError(
      `"${named}" is no commit: write at least 4 digits of its name.`,
      "mound log",
    );
  const { mound } = await freshMound(context);
  const commit = named === undefined ? undefined : await findCommit(mound, named);
  const signed = await signCheckpoint(mound, agent, commit === undefined ? {} : { commit });
  if (!signed.ok) throw new FaultError(signed.error);
  const { value } = signed;
  const { snapshot, unpublished, agree, lies } = value;
  const also = agree.length === 0 ? "" : `, as ${agree.join(", ")} did`;
  const verb = value.already ? "had signed" : "signed";
  return {
    data: {
      checkpoint: {
        agent,
        commit: value.commit,
        number: value.number,
        digest: value.digest,
        already: value.already,
        agree,
        lies: lies.map(({ code: _code, ...lie }) => lie),
      },
      state: { tree: snapshot.tree, shards: snapshot.shards, fresh: snapshot.fresh },
      published: unpublished === undefined,
    },
    text: `${agent} ${verb} that the state at ${value.commit.slice(0, 12)} (number ${value.number}) is ${value.digest}${also}.`,
    notes: [
      ...lies.map((lie) => explain(lie).message),
      ...(unpublished === undefined
        ? []
        : [
            `The state itself is not at the origin, so no clone can start from there: ${explain(unpublished).message}`,
          ]),
    ],
    next: lies.length === 0 ? [] : ["mound audit"],
    ...(lies.length === 0 ? {} : { exit: EXIT.finding }),
  };
}
