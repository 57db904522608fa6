import { writeFile } from "node:fs/promises";
import { formatVouchFile, type VouchFile } from "../../app/vouch-file.ts";
import type { Mound } from "../../open/mound.ts";
import type { AgentId } from "../../protocol/ids.ts";
import { readRecord } from "../../protocol/record.ts";
import { viewVouches, type VouchView } from "../../protocol/views/vouches.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { agentArgument } from "../members/cosigners.ts";
import { textOption } from "../options.ts";
import { plural } from "../plural.ts";
import type { Report } from "../report.ts";
import { sanitiseLine } from "../sanitise.ts";

/** `mound vouch export AGENT [-o FILE]`: the vouches that count for an agent, to be shown elsewhere. */
export async function exportVouches(
  context: Context,
  [typed]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const subject = agentArgument(typed!, "The name");
  const { mound, notes } = await freshMound(context);
  const all = await mound.read((view, now) => viewVouches(view, subject, now));
  const live = all.filter((vouch) => vouch.subject === subject && vouch.flaw === undefined);
  const newest = live.toSorted((a, b) => b.at - a.at)[0];
  if (newest === undefined) throw new FaultError({ code: "vouches-none", agent: subject });
  // Of who has not joined several keys may be vouched for: a file is of one, and that is said of last.
  const chosen = live.filter(({ fingerprint }) => fingerprint === newest.fingerprint);
  const { name } = await mound.read((view) => view.get("mound")!);
  const taken = await Promise.all(chosen.map((vouch) => take(mound, vouch)));
  const bytes = formatVouchFile({
    mound: mound.id,
    name: sanitiseLine(name),
    subject,
    fingerprint: newest.fingerprint,
    signers: taken.map(({ signer }) => signer),
    records: taken.map(({ record }) => record),
  });
  const file = textOption(options["output"]);
  if (file !== undefined) await writeFile(context.path(file), bytes);
  const issuers = chosen.map(({ issuer }) => issuer);
  const text = new TextDecoder().decode(bytes);
  return {
    data: {
      subject,
      fingerprint: newest.fingerprint,
      mound: mound.id,
      issuers,
      file: file ?? null,
      text,
    },
    text:
      file === undefined
        ? text.trimEnd()
        : `Wrote ${plural(chosen.length, "vouch", "vouches")} for ${subject} to ${file}.`,
    next: file === undefined ? [] : [`mound vouch import ${file}   (in another mound)`],
    notes,
  };
}

/** The record as it was accepted, and the key of its issuer that signed it. */
async function take(
  mound: Mound,
  { subject, issuer }: VouchView,
): Promise<{
  readonly record: VouchFile["records"][number];
  readonly signer: { readonly agent: AgentId; readonly key: VouchFile["signers"][number]["key"] };
}> {
  const path = `vouches/${subject}/${issuer}.yaml`;
  const { oid, keys } = await mound.read((view) => ({
    oid: view.get(`file/${path}`)?.oid,
    keys: view.get(`agent/${issuer}`)!.keys.map(({ key }) => key),
  }));
  const object = oid === undefined ? undefined : await mound.ports.objects.read(oid);
  const read = object === undefined ? undefined : readRecord(path, object.bytes);
  if (object === undefined || read?.ok !== true)
    throw new Error(`The record ${path} is missing in this clone.`);
  const { signed, armors } = read.value;
  const facts = await mound.ports.verifier.verify(
    armors.map((armor) => ({ payload: signed, armor })),
  );
  const key = keys.find((one) => facts.some((fact) => fact.key === one));
  if (key === undefined) throw new Error(`The record ${path} is not signed by its issuer.`);
  return { record: { path, bytes: object.bytes }, signer: { agent: issuer, key } };
}
