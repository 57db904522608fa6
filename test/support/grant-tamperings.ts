import type { Scribe, Written } from "./scribe.ts";
import type { Tamperings } from "./tampering-desk.ts";

/** Credits for whom nobody has granted any, by who may not, and more than there may be. */
export function grantTamperings(scribe: Scribe): Tamperings {
  const grant = async (more: object = {}, author = "root", place = "bonus"): Promise<Written> => {
    const path = `grants/${place}.yaml`;
    const said = { id: "bonus", to: "ant-1", amount: "5", reason: "work", by: author, ...more };
    const signers = [scribe.signer(author)];
    return { author, files: { [path]: await scribe.record("grant", path, said, { signers }) } };
  };
  return {
    "GR1 by who is no root": () => grant({}, "ant-1"),
    "GR1 by another, signed by a root": async () => {
      const signers = [scribe.signer("root"), scribe.signer("ant-1")].toSorted((a, b) =>
        a.key < b.key ? -1 : 1,
      );
      const path = "grants/bonus.yaml";
      const said = { id: "bonus", to: "ant-1", amount: "5", reason: "work", by: "ant-1" };
      const file = await scribe.record("grant", path, said, { signers });
      return { author: "ant-1", files: { [path]: file } };
    },
    "LN5 in a root's name": async () => ({ ...(await grant()), author: "ant-1" }),
    "GR3 to nobody": () => grant({ to: "nobody" }),
    "RE4 of nothing": () => grant({ amount: "0" }),
    "RE4 of less than nothing": () => grant({ amount: "-5" }),
    "RE4 of a fraction": () => grant({ amount: "0.5" }),
    "RE4 of too much": () => grant({ amount: "1000001" }),
    "RE4 of a number in other digits": () => grant({ amount: "1e3" }),
    "RE4 without a reason": () => grant({ reason: undefined }),
    "RE4 under a name that is none": () => grant({ id: "-bonus" }),
    "RE5 at the place of another": () => grant({}, "root", "other"),
    "GR2 given twice": async () => {
      const verdict = await scribe.write(await grant());
      if (!verdict.accepted) throw new Error(JSON.stringify(verdict.fault));
      scribe.now += 1_000;
      return grant({ amount: "6" });
    },
    "PA3 a grant goes": async () => ({
      author: "root",
      files: { "grants/bonus.yaml": undefined },
    }),
    "GR1 by too few roots": async () => {
      await scribe.must("root", { type: "configure", addRoot: "ant-1" });
      const set = { key: "threshold", value: "2" } as const;
      await scribe.must("root", { type: "configure", set });
      return grant({ id: "more" }, "root", "more");
    },
  };
}
