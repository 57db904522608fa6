import { originUrl } from "../../git/clone.ts";
import { localPath } from "../../git/remote-url.ts";
import type { ClonePatient, Found, Said } from "./finding.ts";

/** Hosts that say how many pushes to one repository they want in a minute. */
const HOSTS: readonly { readonly host: RegExp; readonly name: string; readonly pushes: number }[] =
  [{ host: /(^|\.)github\.com$/, name: "GitHub", pushes: 6 }];

/** What cannot be seen of an origin on a host, so that nobody takes it for granted. */
export async function host({ clone }: ClonePatient): Promise<Found> {
  const url = originUrl(clone);
  if (localPath(url) !== undefined) return [];
  const name = hostOf(url);
  const { branch } = clone.settings;
  const said: Said[] = [
    {
      level: "note",
      message: `It cannot be seen from here whether ${name ?? "the host"} refuses forced pushes to ${branch} and its deletion, and whether the agents' credentials may change what its CI runs. Protect the branch there, and give agents no right to change workflows.`,
    },
  ];
  const known = HOSTS.find((one) => one.host.test(name ?? ""));
  if (known !== undefined) {
    const message = `${known.name} recommends at most ${known.pushes} pushes a minute to a repository: with several agents let one mound watch push for all, at a push_budget of ${known.pushes}.`;
    said.push({ level: "note", message });
  }
  if (/^[a-z+]+:\/\/[^/@:]*:[^/@]+@/i.test(url)) {
    const message = `The address of the origin holds a password, which every program that sees this clone can read. Keep it in a credential helper.`;
    said.push({ level: "warn", message, fix: "git help credentials" });
  }
  return said;
}

/** The host of a URL or of `user@host:path`; undefined where there is none. */
function hostOf(url: string): string | undefined {
  const match =
    /^[a-z+]+:\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^/:]+)/i.exec(url) ??
    /^(?:[^/@:]*@)?([^/:]+):/.exec(url);
  return match?.[1]?.toLowerCase();
}
