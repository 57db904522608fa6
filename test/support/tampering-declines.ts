import type { Scribe, Written } from "./scribe.ts";
import { HOUR, type Desk, type Tamperings } from "./tampering-desk.ts";

/** Declines of the task that ant-1 holds, and of another. */
export function wronglyDeclined(
  scribe: Scribe,
  task: string,
  { folder, at, byAnt1 }: Desk,
): Tamperings {
  const declined = async (agent: string, more: object = {}): Promise<Written["files"]> => {
    const path = `${folder}/declines/${agent}.yaml`;
    const said = { task, agent, until: at(HOUR), ...more };
    return { [path]: await scribe.record("decline", path, said) };
  };
  const byAnt2 = (files: Written["files"]): Written => ({ author: "ant-2", files });
  return {
    "DE2 by who holds it": async () => byAnt1(await declined("ant-1")),
    "DE3 it ends as it begins": async () =>
      byAnt2(await declined("ant-2", { at: at(0), until: at(0) })),
    "DE3 for more than a week": async () =>
      byAnt2(await declined("ant-2", { at: at(0), until: at(7 * 24 * HOUR + 1) })),
    "LN5 for somebody else": async () => byAnt1(await declined("ant-2")),
    "RE4 for ever": async () => byAnt2(await declined("ant-2", { until: undefined })),
  };
}
