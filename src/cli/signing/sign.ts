import { readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { keyFingerprint } from "../../protocol/rules/fingerprint.ts";
import { isFurniture } from "../../protocol/paths.ts";
import type { Mound } from "../../open/mound.ts";
import { signRecord, type SignedRecord } from "../../open/sign-record.ts";
import { fault } from "../../protocol/fault.ts";
import { FaultError, type Context } from "../context.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";

/** More than any record, and few enough to read at once: the record's own limit is checked on what is read. */
const FILE_BYTES = 1024 * 1024;

/** `mound sign FILE [--fill]`: checks a hand-written record and puts the acting agent's signature on it. */
export async function sign(
  context: Context,
  [typed]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const agent = context.agent();
  const mound = await context.mound();
  const file = await realpath(context.path(typed!)).catch(() => undefined);
  if (file === undefined)
    throw new UsageError(`There is no file ${typed!}.`, `ls ${dirname(typed!)}`);
  const path = await placeOf(mound, file);
  const { size } = await stat(file);
  if (size > FILE_BYTES)
    throw new FaultError(fault("RE1", { code: "record-too-large", path, size }));
  const signer = await mound.signer(agent);
  if (!signer.ok) throw new FaultError(signer.error);
  const bytes = new Uint8Array(await readFile(file));
  const signed = await signRecord(mound, {
    path,
    bytes,
    agent,
    signer: signer.value,
    fill: options["fill"] === true,
  });
  if (!signed.ok) throw new FaultError(signed.error);
  await replace(file, signed.value.bytes);
  return report(mound, agent, path, signed.value);
}

/** Where the file is on the line: its path in the working tree. */
async function placeOf(mound: Mound, file: string): Promise<string> {
  const inside = relative(await realpath(mound.clone.workTree), file);
  if (isAbsolute(inside) || inside.split(sep)[0] === "..") {
    throw new UsageError(
      `${file} is not in the mound's folder ${mound.clone.workTree}.`,
      "Move it to where the record belongs.",
    );
  }
  const path = inside.split(sep).join("/");
  if (isFurniture(path)) {
    throw new UsageError(
      `${path} carries no signature of its own: a commit that changes it is signed by a root.`,
      "git commit -S",
    );
  }
  return path;
}

function report(mound: Mound, agent: string, path: string, signed: SignedRecord): Report {
  const { kind, actor, signers, filled } = signed;
  const by = signers.map((signer) => signer.agent ?? keyFingerprint(signer.key)).join(", ");
  const added = filled.length === 0 ? [] : [`Added to the body:\n${filled.join("\n")}`];
  const other =
    actor === undefined || actor === agent
      ? []
      : [
          `The record is by ${actor}, who must sign it too and commit it; the signature of ${agent} is a further one.`,
        ];
  return {
    data: {
      path,
      kind,
      agent: actor ?? null,
      signers: signers.map((signer) => ({
        agent: signer.agent ?? null,
        key: signer.key,
        fingerprint: keyFingerprint(signer.key),
      })),
      filled,
    },
    text: `${path} is a good ${kind} record, signed by ${by}.`,
    next: [
      `git -C ${mound.clone.workTree} add ${path}`,
      `git -C ${mound.clone.workTree} commit -S   (as ${actor ?? agent}, with its key as user.signingkey)`,
    ],
    notes: [...added, ...other],
  };
}

/** In one step, so that nobody reads half of it. */
async function replace(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}
