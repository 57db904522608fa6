import { existsSync } from "node:fs";
import { join } from "node:path";
import { ALLOWED_SIGNERS, moundFolder } from "../../git/clone.ts";
import { type ClonePatient, fine, type Found, type Said } from "./finding.ts";
import { gitConfig, setGitConfig } from "./git-config.ts";
import { shell } from "./shell.ts";

/** The clone as git sees it: the settings that protect the line from a person's git, and its format. */
export async function cloneSettings({ clone }: ClonePatient): Promise<Found> {
  const config = await gitConfig(clone.commonDir);
  const said = [
    ...settingsOf(clone, config),
    ...formatOf(clone, config),
    ...signersOf(clone, config),
  ];
  return said.length > 0 ? said : fine(`The clone at ${clone.workTree} is set up as it should be`);
}

type Clone = ClonePatient["clone"];
type Config = ReadonlyMap<string, string>;

function settingsOf(clone: Clone, config: Config): Found {
  const wanted = [
    ["pull.ff", "only", "a git pull may make a merge, which the line refuses"],
    ["gpg.format", "ssh", "git cannot verify the signatures of commits"],
  ] as const;
  return wanted.flatMap(([name, value, consequence]) => {
    if (config.get(name) === value) return [];
    const message = `${name} is ${config.get(name) ?? "not set"}, not ${value}: ${consequence}.`;
    return [setting(clone, name, value, message)];
  });
}

function setting(clone: Clone, name: string, value: string, message: string): Said {
  return {
    level: "warn",
    message,
    fix: shell("git", "-C", clone.workTree, "config", name, value),
    mend: () => setGitConfig(clone.commonDir, name, value),
  };
}

function signersOf(clone: Clone, config: Config): Found {
  const name = "gpg.ssh.allowedSignersFile";
  const own = join(moundFolder(clone.commonDir), ALLOWED_SIGNERS);
  const set = config.get(name.toLowerCase());
  if (set === undefined) {
    return [setting(clone, name, own, `${name} is not set: git cannot tell who signed a commit.`)];
  }
  if (existsSync(set)) return [];
  const message = `${name} names ${set}, which is not there.`;
  if (set !== own) return [setting(clone, name, own, message)];
  return [
    {
      level: "warn",
      message,
      fix: shell("mound", "-C", clone.workTree, "allowed-signers", "--write"),
    },
  ];
}

/** Mound reads refs and objects in git's classic format, and judges all of history. */
function formatOf(clone: Clone, config: Config): Found {
  const said: Said[] = [];
  const objects = config.get("extensions.objectformat") ?? "sha1";
  const refs = config.get("extensions.refstorage") ?? "files";
  if (objects !== "sha1" || refs !== "files") {
    const message = `The clone keeps objects by ${objects} and refs as ${refs}; Mound needs sha1 and files. Clone the mound anew.`;
    said.push({ level: "fail", message });
  }
  if (existsSync(join(clone.commonDir, "shallow"))) {
    const message = "The clone is shallow: the history before its edge cannot be judged.";
    const fix = shell("git", "-C", clone.workTree, "fetch", "--unshallow", "origin");
    said.push({ level: "fail", message, fix });
  }
  const promised = [...config].some(
    ([name, value]) =>
      name === "extensions.partialclone" ||
      (/^remote\..*\.promisor$/.test(name) && value === "true"),
  );
  if (promised) {
    const message =
      "The clone is partial: each missing object is fetched by itself, which is slow and fails without the network. Clone the mound anew.";
    said.push({ level: "warn", message });
  }
  return said;
}
