import { hashObject } from "../../git/hash.ts";
import { CI_AUDIT, CI_HOSTS, CI_PATHS, ciFiles } from "../../open/templates.ts";
import { ciOption } from "../setup/ci.ts";
import { originUrl } from "../../git/clone.ts";
import { type ClonePatient, fine, type Found } from "./finding.ts";
import { shell } from "./shell.ts";

/** Whether what `mound ci` once laid into the mound is still there, and is what this build lays down. */
export async function ci({ clone, mound }: ClonePatient): Promise<Found> {
  const paths = [CI_AUDIT, ...Object.values(CI_PATHS)];
  const held = await (
    await mound()
  ).read((view) => new Map(paths.map((path) => [path, view.get(`file/${path}`)?.oid])));
  // Without the audit beside it, a file of CI at such a path is somebody's own.
  if (held.get(CI_AUDIT) === undefined) return [];
  const hosts = CI_HOSTS.filter((host) => held.get(CI_PATHS[host]) !== undefined);
  if (hosts.length === 0) {
    const [likely = "github"] = ciOption(undefined, originUrl(clone));
    return [
      {
        level: "warn",
        message: `The mound holds ${CI_AUDIT}, and no workflow that runs it: no CI audits the line.`,
        fix: shell("mound", "ci", likely),
      },
    ];
  }
  const laid = Object.entries(ciFiles(hosts, clone.settings.branch));
  const other = laid.filter(
    ([path, text]) => held.get(path) !== hashObject("blob", Buffer.from(text)),
  );
  if (other.length === 0) return fine(`The CI of ${hosts.join(", ")} audits the line`);
  return [
    {
      level: "note",
      message: `What audits the line in CI was laid down by another build, or changed by hand: ${other.map(([path]) => path).join(", ")}.`,
      fix: shell("mound", "ci", ...hosts),
    },
  ];
}
