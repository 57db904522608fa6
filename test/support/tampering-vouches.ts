import { keyFingerprint } from "../../src/protocol/rules/fingerprint.ts";
import type { Scribe, Written } from "./scribe.ts";
import { deskOf, HOUR, MINUTE, type Tamperings } from "./tampering-desk.ts";

const DAY = 24 * HOUR;

/** Words of ant-2 for ant-1, and against it. */
export function wordTamperings(scribe: Scribe, task: string): Tamperings {
  const { at } = deskOf(scribe, task);
  const keyOf = (agent: string): string => keyFingerprint(scribe.signer(agent).key);
  const byAnt2 = (files: Written["files"]): Written => ({ author: "ant-2", files });
  const sealed = { signers: [scribe.signer("ant-2")] };
  const word = async (kind: string, said: Readonly<Record<string, string | undefined>>) => {
    const path = `${kind === "vouch" ? "vouches" : "denounces"}/${said["subject"]!}/${said["issuer"]!}.yaml`;
    return byAnt2({ [path]: await scribe.record(kind, path, said, sealed) });
  };
  const vouched = (subject: string, more: Readonly<Record<string, string | undefined>> = {}) => {
    const said = { subject, issuer: "ant-2", fingerprint: keyOf("ant-1"), scope: "all" };
    return word("vouch", { ...said, level: "low", reason: "seen", until: at(HOUR), ...more });
  };
  const denounced = (subject: string, more: Readonly<Record<string, string | undefined>> = {}) =>
    word("denounce", { subject, issuer: "ant-2", proof: scribe.tip, reason: "seen", ...more });
  return {
    "VO1 for oneself": () => vouched("ant-2", { fingerprint: keyOf("ant-2") }),
    "VO1 for one's own key": () => vouched("ant-9", { fingerprint: keyOf("ant-2") }),
    "VO3 for a key that is not in force": () => vouched("ant-1", { fingerprint: keyOf("root") }),
    "VO4 it ends as it begins": () => vouched("ant-1", { at: at(MINUTE), until: at(MINUTE) }),
    "VO4 for more than a year": () => vouched("ant-1", { at: at(0), until: at(366 * DAY + 1) }),
    "VO5 taken back before it was given": () => vouched("ant-1", { status: "withdrawn" }),
    "LN5 a vouch of another": () => vouched("ant-2", { issuer: "ant-1" }),
    "RE4 a vouch of no level": () => vouched("ant-1", { level: "boundless" }),
    "RE4 a vouch for no skill": () => vouched("ant-1", { scope: "A*" }),
    "RE4 a vouch for no key": () => vouched("ant-1", { fingerprint: "SHA256:x" }),
    "RE4 a vouch without a reason": () => vouched("ant-1", { reason: undefined }),
    "RE4 a vouch of another status": () => vouched("ant-1", { status: "revoked" }),
    "DN1 of oneself": () => denounced("ant-2"),
    "DN1 of nobody": () => denounced("ant-9"),
    "DN2 with a proof that never landed": () => denounced("ant-1", { proof: "1".repeat(40) }),
    "DN3 a slash by who is no root": () => denounced("ant-1", { severity: "whole" }),
    "DN5 taken back before it was said": () => denounced("ant-1", { status: "withdrawn" }),
    "RE4 a slash of no size": () => denounced("ant-1", { severity: "all" }),
    "LN5 a denouncement of another": () => denounced("ant-2", { issuer: "ant-1" }),
    "VO2 for one's operator": async () => {
      const { key } = scribe.signer("ant-2");
      const command = { type: "join", key, operator: "ant-1", operatorSigns: true } as const;
      await scribe.must("ant-2", command, [scribe.signer("ant-1")]);
      return vouched("ant-1", { at: at(MINUTE), until: at(HOUR) });
    },
  };
}
