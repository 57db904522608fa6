import { describe, expect, onTestFinished, test } from "vitest";
import type { Keys, SignatureCheck, Signer, Verifier } from "../../src/app/ports.ts";
import type { AgentId } from "../../src/protocol/ids.ts";

export interface KeysWorld {
  readonly keys: Keys;
  readonly verifier: Verifier;
  /** Two that have keys, and one that has none. */
  readonly agents: readonly [AgentId, AgentId];
  readonly stranger: AgentId;
  dispose(): Promise<void>;
}

/** What every adapter of the ports `Keys` and `Verifier` has to do. */
export function keysContract(name: string, make: () => Promise<KeysWorld>): void {
  const payload = Buffer.from("kind: claim\ntask: k3f9qz7\n");

  async function open() {
    const world = await make();
    onTestFinished(() => world.dispose());
    const [one, two] = world.agents;
    return { ...world, one: await signer(world.keys, one), two: await signer(world.keys, two) };
  }

  describe(name, () => {
    test("an agent without a key is a fault that names it", async () => {
      const { keys, stranger } = await open();
      const error = { code: "key-missing", agent: stranger };
      expect(await keys.signer(stranger)).toMatchObject({ ok: false, error });
    });

    test("each agent has one key, and no two have the same", async () => {
      const { keys, agents, one, two } = await open();
      expect((await signer(keys, agents[0])).key).toBe(one.key);
      expect(one.key).not.toBe(two.key);
    });

    test("a signature says who signed what for which purpose", async () => {
      const { verifier, one } = await open();
      const armor = await one.sign(payload, "record@x");
      expect(armor).toMatch(/^-----BEGIN SSH SIGNATURE-----\n[^]*\n-----END SSH SIGNATURE-----\n$/);
      const fact = { key: one.key, namespace: "record@x", valid: true };
      expect(await verifier.verify([{ payload, armor }])).toEqual([fact]);
    });

    test("a signature of other bytes is well-formed and not valid", async () => {
      const { verifier, one } = await open();
      const armor = await one.sign(payload, "git");
      const other = { payload: Buffer.from("kind: claim\ntask: k3f9qz8\n"), armor };
      const fact = { key: one.key, namespace: "git", valid: false };
      expect(await verifier.verify([other])).toEqual([fact]);
    });

    test("what is no signature has no key", async () => {
      const { verifier, one } = await open();
      const armor = await one.sign(payload, "git");
      for (const text of ["", "nonsense", armor.slice(0, -1), `${armor}\n`]) {
        const [fact] = await verifier.verify([{ payload, armor: text }]);
        expect(fact).toEqual({ key: undefined, namespace: "", valid: false });
      }
    });

    test("facts come in the order of the checks, also after `close`", async () => {
      const { verifier, one, two } = await open();
      const checks: SignatureCheck[] = [];
      for (const [index, each] of [one, two, two, one, two].entries()) {
        checks.push({ payload, armor: await each.sign(payload, `n${index}`) });
      }
      const expected = [one, two, two, one, two].map(({ key }, index) => {
        return { key, namespace: `n${index}`, valid: true };
      });
      expect(await verifier.verify(checks)).toEqual(expected);
      await verifier.close();
      expect(await verifier.verify(checks.toReversed())).toEqual(expected.toReversed());
      expect(await verifier.verify([])).toEqual([]);
    });
  });
}

async function signer(keys: Keys, agent: AgentId): Promise<Signer> {
  const found = await keys.signer(agent);
  if (!found.ok) throw new Error(`${agent}: ${found.error.code}`);
  return found.value;
}
