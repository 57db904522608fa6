import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { folder, program, SRC } from "../../git/scratch.ts";

/** The Node that runs the tests, and further ones: their paths, separated by colons. */
const NODES = [process.execPath, ...(process.env["MOUND_TEST_NODES"]?.split(":") ?? [])];
const MODES = [[], ["--jitless"], ["--no-opt", "--hash-seed=7"], ["--always-turbofan"]];
const SUPPORT = join(import.meta.dirname, "../../support/trusting.ts");

/** Lives through a year of deeds drawn from whole numbers, and says the bits of all scores on the way. */
const SCORER = `
import { createHash } from "node:crypto";
import { prng } from ${JSON.stringify(join(SRC, "base/prng.ts"))};
import { trustFor, trustTable } from ${JSON.stringify(join(SRC, "protocol/rules/trust/table.ts"))};
import { BAD, GOOD, DAY, Trusting } from ${JSON.stringify(SUPPORT)};

const random = prng(20261121);
const draw = (below) => random() % below;
const names = Array.from({ length: 40 }, (_, at) => "ant-" + at);
const one = new Trusting(names.slice(0, 5)).members(...names);
const digest = createHash("sha256");
for (let step = 0; step < 1_200; step += 1) {
  const [a, b] = [names[draw(40)], names[draw(40)]];
  one.says(a, b, draw(4) === 0 ? BAD : GOOD, 1 + draw(3), draw(2) === 0 ? ["go"] : []);
  if (draw(20) === 0) one.vouch(a, b, ["low", "medium", "high"][draw(3)], { until: one.now + draw(90) * DAY });
  if (draw(30) === 0) one.lapses(b);
  if (draw(200) === 0) one.denounce(a, b);
  if (draw(300) === 0) one.slash(b, [1, 2, 4][draw(3)]);
  if (draw(3) === 0) one.pass(DAY);
  if (step % 300 > 0) continue;
  const { scores, left } = trustTable(one.state, one.now);
  const { byRoot, ...rest } = scores;
  for (const all of [...Object.values(rest), ...byRoot, left]) digest.update(new Uint8Array(all.buffer));
  digest.update(JSON.stringify(names.map((name) => trustFor(one.state, name, "go", one.now))));
}
const some = trustTable(one.state, one.now).scores.score.filter((score) => score > 0 && score < 1).length;
console.log(JSON.stringify({ digest: digest.digest("hex"), some }));
`;

test("scores have the same bits whatever runs them", { timeout: 300_000 }, async () => {
  const scorer = await program(SCORER, await folder());
  const digests = new Set<string>();
  for (const node of NODES) {
    for (const mode of MODES) {
      const { stdout } = await promisify(execFile)(node, [...mode, scorer]);
      const { digest, some } = JSON.parse(stdout) as { digest: string; some: number };
      expect(some).toBeGreaterThan(20);
      digests.add(digest);
    }
  }
  expect([...digests]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
});
