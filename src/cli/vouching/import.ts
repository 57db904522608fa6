import {
  readVouchFile,
  verifyVouches,
  type ForeignVouch,
  type VouchFile,
  type VouchFileFlaw,
} from "../../app/vouch-file.ts";
import type { Mound } from "../../open/mound.ts";
import type { AgentId } from "../../protocol/ids.ts";
import { LINE_CHARS } from "../../protocol/limits.ts";
import { keyFingerprint } from "../../protocol/rules/fingerprint.ts";
import { formatInstant } from "../../protocol/time.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { grid } from "../matching/grid.ts";
import { agentArgument } from "../members/cosigners.ts";
import { fileOption, textOption } from "../options.ts";
import { plural } from "../plural.ts";
import type { Report } from "../report.ts";
import { sanitiseLine } from "../sanitise.ts";
import { shorten } from "../shorten.ts";
import { vouchFor, vouchWords } from "./vouch.ts";

/** More than a thousand records, and few enough to read at once. */
const FILE_BYTES = 4 * 1024 * 1024;
/** Foreign vouches that one's own names: they share a record with it. */
const CITED = 16;

interface Known extends ForeignVouch {
  /** The member of this mound that has, or had, the issuer's key. */
  readonly here: AgentId | undefined;
  readonly over: boolean;
}

/** `mound vouch import FILE`: checks the vouches of another mound; what they count for is the importer's own word. */
export async function importVouches(
  context: Context,
  [typed = ""]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const { mound, notes } = await freshMound(context);
  const text = (await fileOption(context, typed))!;
  const file = text.length > FILE_BYTES ? large() : readVouchFile(text);
  if (!file.ok) throw refused(typed, file.error);
  const checked = await verifyVouches(file.value, mound.ports.verifier);
  if (!checked.ok) throw refused(typed, checked.error);
  const known = await Promise.all(checked.value.map((vouch) => lookUp(mound, vouch)));
  const name = nameOption(options["agent"]) ?? file.value.subject;
  const shown = show(file.value, known);
  if (options["level"] === undefined)
    return {
      data: { ...shown.data, vouch: null, commit: null },
      text: shown.text,
      next: [`mound vouch import ${typed} --level low`],
      notes: [
        ...notes,
        "Nothing of it counts here. Whose the keys are, the file only says: with --level you vouch yourself, and cite them.",
      ],
    };
  const words = await vouchWords(context, options);
  const own = await vouchFor(context, name, {
    ...words,
    fingerprint: file.value.fingerprint,
    reason: textOption(options["reason"]) ?? reasonOf(file.value, known),
    cites: cite(file.value, known),
  });
  return {
    ...own,
    data: { ...shown.data, ...(own.data as object) },
    text: `${shown.text}\n${own.text}`,
    notes,
  };
}

function nameOption(value: unknown): AgentId | undefined {
  const typed = textOption(value);
  return typed === undefined ? undefined : agentArgument(typed, "--agent");
}

async function lookUp(mound: Mound, vouch: ForeignVouch): Promise<Known> {
  return mound.read((view, now) => ({
    ...vouch,
    here: view.get(`key/${vouch.key}`),
    over: now >= vouch.until,
  }));
}

function show(file: VouchFile, vouches: readonly Known[]) {
  const { mound, name, subject, fingerprint } = file;
  const rows = vouches.map(({ issuer, level, scope, until, over, here, key, reason }) => [
    `by ${issuer}`,
    level,
    scope,
    `${over ? "over since" : "until"} ${formatInstant(until).slice(0, 10)}`,
    here === undefined ? keyFingerprint(key) : `its key is that of ${here} here`,
    JSON.stringify(sanitiseLine(shorten(reason))),
  ]);
  const count = plural(vouches.length, "vouch", "vouches");
  return {
    data: {
      mound: { id: mound, name },
      subject,
      fingerprint,
      vouches: vouches.map(({ at, until, here, key, ...rest }) => ({
        ...rest,
        key,
        fingerprint: keyFingerprint(key),
        here: here ?? null,
        at: formatInstant(at),
        until: formatInstant(until),
      })),
    },
    text: [
      `The signatures are good: ${count} for ${subject} (${fingerprint}), of the mound ${sanitiseLine(name)} (${mound.slice(0, 16)}).`,
      ...grid(rows),
    ].join("\n"),
  };
}

function reasonOf({ name, mound }: VouchFile, vouches: readonly Known[]): string {
  const issuers = vouches.filter(({ over }) => !over).map(({ issuer }) => issuer);
  const text = `vouched for in ${sanitiseLine(name)} (${mound.slice(0, 16)}) by ${issuers.join(", ") || "nobody any more"}`;
  return text.slice(0, LINE_CHARS);
}

/** A line each: the mound, the issuer and its key, what it says, and the digest of the record. */
function cite({ mound }: VouchFile, vouches: readonly Known[]): readonly string[] {
  return vouches
    .filter(({ over }) => !over)
    .slice(0, CITED)
    .map(({ issuer, key, level, scope, digest }) =>
      [mound, issuer, keyFingerprint(key), level, scope, digest].join(" "),
    );
}

function large(): { readonly ok: false; readonly error: VouchFileFlaw } {
  return {
    ok: false,
    error: { record: undefined, detail: "it is larger than such a file may be" },
  };
}

function refused(file: string, { record, detail }: VouchFileFlaw): FaultError {
  return new FaultError({ code: "vouch-file-wrong", file, record, detail });
}
