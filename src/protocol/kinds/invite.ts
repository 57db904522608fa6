import * as z from "zod/mini";
import { fault } from "../fault.ts";
import { agentId, common, fingerprint, line } from "../fields.ts";
import { fingerprintSegment } from "../rules/fingerprint.ts";
import { isRoot } from "../rules/members.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("invite"),
  fingerprint,
  by: agentId,
  note: z.optional(line),
  ...common,
});

/** A root's leave for one key to join; it comes before the agent and names no name. */
export const invite = kind<Fields<typeof fields>>({
  name: "invite",
  fields,
  path: (body) => `invites/${fingerprintSegment(body.fingerprint)}.yaml`,
  actor: (body) => body.by,
  judge(_record, { before, author }) {
    return isRoot(before, author) ? undefined : fault("IN1", { code: "not-a-root", agent: author });
  },
  apply(record, { state }) {
    state.set(`invite/${fingerprintSegment(record.fields.fingerprint)!}`, { by: record.fields.by });
  },
});
