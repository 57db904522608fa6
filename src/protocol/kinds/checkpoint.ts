import * as z from "zod/mini";
import { fault } from "../fault.ts";
import { agentId, common, instant, integer, oid, sha256Digest } from "../fields.ts";
import { LINE_COMMITS } from "../limits.ts";
import { checkpointFile } from "../paths.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("checkpoint"),
  commit: oid,
  number: integer(1, LINE_COMMITS),
  digest: sha256Digest,
  agent: agentId,
  /** When the next one is due: whoever sees none by then may be shown an old line. */
  until: z.optional(instant),
  ...common,
});

/**
 * An agent's word for what the state was at a commit, by its digest. The judge cannot hash a whole
 * state for each, so a false one is legal, and found by whoever folds up to that commit.
 */
export const checkpoint = kind<Fields<typeof fields>>({
  name: "checkpoint",
  fields,
  path: (body) => checkpointFile(body.commit, body.agent),
  actor: (body) => body.agent,

  judge({ fields: body, path }, { before }) {
    const number = before.get(`commit/${body.commit}`);
    // RE10 has seen to it that `seen` is on the line; the first commit cannot hold a checkpoint.
    const seen = body.seen === undefined ? undefined : before.get(`commit/${body.seen}`);
    if (number === undefined || seen === undefined || number > seen) {
      const detail = "its commit is not on the line as its author had seen it";
      return fault("CK1", { code: "checkpoint-wrong", path, detail });
    }
    if (number !== body.number) {
      const detail = `its commit is number ${number} on the line`;
      return fault("CK2", { code: "checkpoint-wrong", path, detail });
    }
    if (before.get(`file/${path}`) === undefined) return undefined;
    const detail = "its author has signed a checkpoint of that commit already";
    return fault("CK3", { code: "checkpoint-wrong", path, detail });
  },

  apply({ fields: body }, { state, time }) {
    const { agent, commit, number, digest, until } = body;
    const signed = { agent, commit, number, digest, at: time, until };
    if (number >= (state.get(`checkpoint/${agent}`)?.number ?? 0))
      state.set(`checkpoint/${agent}`, signed);
    const newest = state.get("checkpoint");
    if (newest !== undefined && newest.number > number) return;
    const others = newest?.commit === commit ? newest.signed : 0;
    state.set("checkpoint", { ...signed, signed: others + 1 });
  },
});
