import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as constants from "../../../src/protocol/rules/trust/constants.ts";

const SRC = join(import.meta.dirname, "../../../src/protocol");
const WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"];

test.each(["SPEC.md", "rules/trust/quorum.ts"])(
  "%s says the numbers that the score has",
  (name) => {
    const text = readFileSync(join(SRC, name), "utf8");
    const { EVIDENCE_CAP, BAD_WEIGHT, SINK, DAMPING, ROOT_SHARE, STEPS } = constants;
    const { QUORUM_ROOTS, PRIOR, INDEPENDENT_MIN, DOUBT, PASSES } = constants;
    for (const phrase of [
      `max(0, cap(g_ij + v_ij) - ${BAD_WEIGHT} cap(b_ij))`,
      `min(n, ${EVIDENCE_CAP})`,
      `/ (${SINK} + sum_k s_ik)`,
      `min(1, ${ROOT_SHARE} [j = r] + ${DAMPING} sum_i c_ij x^r_i)`,
      `${STEPS} steps`,
      `${Math.round(DAMPING * ROOT_SHARE * 100) / 100} * ${EVIDENCE_CAP} / (${SINK} + max(${EVIDENCE_CAP}, sum_k s_rk))`,
      `fewer than ${WORDS[QUORUM_ROOTS]} roots`,
      `(${PRIOR} x_j + a_j) / (${PRIOR} + a_j + b_j)`,
      `under ${INDEPENDENT_MIN}`,
      `|o - q| n / (n + ${DOUBT})`,
    ])
      expect(text).toContain(phrase);
    expect(text).toMatch(new RegExp(`each of ${WORDS[PASSES]} (rounds|passes)`));
  },
);
