import { CI_HOSTS, ciFiles, type CiHost } from "../../open/templates.ts";
import { hashObject } from "../../git/hash.ts";
import { act } from "../act.ts";
import type { Context } from "../context.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";

/** What may stand in the files of CI without quotes, in YAML and in a shell, and is no pattern there. */
const BRANCH = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/;

/** `mound ci HOST...`: lays an audit of the line into the CI of these hosts, or renews it. */
export async function ci(
  context: Context,
  typed: readonly (string | undefined)[],
): Promise<Report> {
  const hosts = ciHosts(typed.flatMap((word) => word ?? []));
  const { branch } = context.clone().settings;
  requirePlainBranch(branch);
  const files = Object.entries(ciFiles(hosts, branch)).map(([path, text]) => ({
    path,
    oid: hashObject("blob", Buffer.from(text)),
    text,
  }));
  const subject = `audit the line in the CI of ${hosts.join(", ")}`;
  // Alone, not through a daemon: a commit without a record is signed by its author.
  const accepted = await act(context, { type: "furnish", subject, files }, { cosigners: [] });
  const already = accepted.answer.already === true;
  const paths = files.map(({ path }) => path);
  return {
    data: { hosts, files: paths, commit: accepted.commit ?? null, already },
    text: already
      ? "Nothing to change: the mound holds this already."
      : `${hosts.join(", ")} will audit ${branch} after each push: ${paths.join(", ")}.`,
    next: ["mound audit"],
  };
}

/**
 * The hosts that `mound init --ci` names, `none` for none. Unless said, GitHub's CI is set up where the
 * origin is there; an origin inside the clone has no CI.
 */
export function ciOption(
  typed: readonly string[] | undefined,
  remote: string | undefined,
): readonly CiHost[] {
  if (typed?.length === 1 && typed[0] === "none") return [];
  if (typed !== undefined) return ciHosts(typed);
  return remote !== undefined && ON_GITHUB.test(remote) ? ["github"] : [];
}

const ON_GITHUB = /^(?:(?:https|ssh):\/\/)?(?:[^@/]*@)?(?:ssh\.)?github\.com(?::\d+)?[:/]/i;

function ciHosts(typed: readonly string[]): readonly CiHost[] {
  const chosen = [...new Set(typed)];
  const unknown = chosen.find((name) => !isHost(name));
  if (unknown === undefined) return chosen.filter(isHost);
  throw new UsageError(
    `There is no audit for the CI of "${unknown}". There is one for: ${CI_HOSTS.join(", ")}.`,
    "mound ci github",
  );
}

/** A branch with odd characters would mean something else in the files of CI. */
export function requirePlainBranch(branch: string): void {
  if (BRANCH.test(branch)) return;
  throw new UsageError(
    `CI can audit a branch whose name has only letters, digits, ".", "_", "/" and "-"; this one is ${branch}.`,
    "mound audit",
  );
}

function isHost(name: string): name is CiHost {
  return (CI_HOSTS as readonly string[]).includes(name);
}
