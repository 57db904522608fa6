/** Attacks on standing and credit: vouches, denouncements, grants and stakes. */
import { keyFingerprint } from "../../../src/protocol/rules/fingerprint.ts";
import { formatInstant } from "../../../src/protocol/time.ts";
import type { Attack } from "./attack.ts";
import { by } from "./records.ts";
import type { Files, Member, Scene } from "./scene.ts";

function vouched(
  scene: Scene,
  subject: Member,
  issuer: Member,
  more: Readonly<Record<string, string>> = {},
): Promise<Files> {
  const fingerprint = keyFingerprint(scene.victim.signers[subject].key);
  const until = formatInstant(scene.now + 3_600_000);
  const said = { subject, issuer, fingerprint, scope: "all", level: "high", until };
  return scene.record("vouch", { ...said, reason: "me", ...more }, { by: ["mallory"] });
}

function denounced(scene: Scene, more: Readonly<Record<string, string>>): Promise<Files> {
  const said = { subject: "alice", issuer: "mallory", proof: scene.victim.tip, reason: "envy" };
  return scene.record("denounce", { ...said, ...more }, { by: ["mallory"] });
}

export const ON_STANDING: readonly Attack[] = [
  by("mallory", "credits granted to oneself", ["GR1", "not-a-root"], (scene) =>
    scene.record("grant", {
      id: "mine",
      to: "mallory",
      amount: "1000000",
      reason: "deserved",
      by: "mallory",
    }),
  ),
  by("mallory", "a stake that is not there", ["CL18", "credits-short"], async (scene) => ({
    ...(await scene.record("task", {
      id: "zzzzzz2",
      creator: "mallory",
      title: "dear",
      stake: "1",
    })),
    ...(await scene.record("claim", {
      task: "zzzzzz2",
      agent: "mallory",
      token: "1",
      until: formatInstant(scene.now + 3_600_000),
    })),
  })),
  by("mallory", "a vouch for oneself", ["VO1", "vouch-wrong"], (scene) =>
    vouched(scene, "mallory", "mallory"),
  ),
  by("mallory", "a vouch in another's name", ["LN5", "author-wrong"], (scene) =>
    vouched(scene, "mallory", "alice"),
  ),
  by("mallory", "a vouch for a key that is not in force", ["VO3", "vouch-wrong"], (scene) =>
    vouched(scene, "alice", "mallory", { fingerprint: `SHA256:${"A".repeat(43)}` }),
  ),
  by("mallory", "a vouch for ten years", ["VO4", "vouch-wrong"], (scene) =>
    vouched(scene, "alice", "mallory", {
      until: formatInstant(scene.now + 3_660 * 24 * 3_600_000),
    }),
  ),
  by("mallory", "a slash by who is no root", ["DN3", "signers-too-few"], (scene) =>
    denounced(scene, { severity: "whole" }),
  ),
  by("mallory", "a denouncement with no proof", ["DN2", "denounce-wrong"], (scene) =>
    denounced(scene, { proof: "5".repeat(40) }),
  ),
];
