import { sealOf } from "../../src/protocol/rules/auction.ts";
import type { AgentId, TaskId } from "../../src/protocol/ids.ts";
import type { Scribe, Written } from "./scribe.ts";
import type { Tamperings } from "./tampering-desk.ts";

const ETA = 3_600_000;
const SALT = "0123456789abcdef0123456789abcdef";

/** Bids and reveals that are not as the task asks, not in their time, or not their author's. */
export function auctionTamperings(scribe: Scribe): Tamperings {
  let auctioned = "";
  const open = async (more: object = {}): Promise<string> => {
    const terms = { mode: "auction", bidsUntil: "10m", revealsUntil: "5m", value: 100 } as const;
    const tasks = [{ title: "auctioned", ...terms, ...more }];
    return (auctioned = (await scribe.must("root", { type: "add", tasks })).tasks[0]!);
  };
  const seal = (agent: string, stake = 10): string => {
    const [task, who] = [auctioned as TaskId, agent as AgentId];
    return sealOf({ mound: scribe.id, task, agent: who, stake, eta: ETA, salt: SALT });
  };
  const record = async (
    kind: "bid" | "reveal",
    author: string,
    said: object,
    task: string,
  ): Promise<Written> => {
    const path = `tasks/${task.slice(0, 2)}/${task}/${kind}s/${author}.yaml`;
    const file = await scribe.record(kind, path, { task, agent: author, ...said });
    return { author, files: { [path]: file } };
  };
  const bid = (more: object = {}, author = "ant-1", task = auctioned) =>
    record("bid", author, { stake: "10", seal: seal(author), ...more }, task);
  const reveal = (more: object = {}, author = "ant-1") =>
    record("reveal", author, { eta: "1h", salt: SALT, ...more }, auctioned);
  const taken = async (written: Promise<Written>): Promise<void> => {
    const verdict = await scribe.write(await written);
    if (!verdict.accepted) throw new Error(JSON.stringify(verdict.fault));
    scribe.now += 1_000;
  };
  return {
    "AU1 on a task that is not auctioned": async () => {
      for (const to of ["ant-1", "ant-2"])
        await scribe.must("root", { type: "grant", to, amount: 100, reason: "a start" });
      const plain = await scribe.must("root", { type: "add", tasks: [{ title: "plain" }] });
      await open();
      return bid({}, "ant-1", plain.tasks[0]);
    },
    "AU2 by its creator": () => bid({}, "root"),
    "AU3 below the bond": () => bid({ stake: "9" }),
    "AU4 with what is to be sealed": () => bid({ eta: "1h" }),
    "AU4 without a stake": () => bid({ stake: undefined }),
    "AU4 taken back by who has not bid": () =>
      bid({ stake: undefined, seal: undefined, status: "withdrawn" }),
    "AU4 taken back, with a stake": () => bid({ seal: undefined, status: "withdrawn" }),
    "RE4 a seal that is none": () => bid({ seal: "0".repeat(63) }),
    "RE4 a stake of nothing": () => bid({ stake: "0" }),
    "RE4 a status that is none": () => bid({ status: "gone" }),
    "LN5 in the name of another": async () => ({ ...(await bid()), author: "ant-2" }),
    "AU5 revealed too early": async () => {
      await taken(bid());
      await taken(bid({}, "ant-2"));
      return reveal();
    },
    "PA3 the bid of another goes": async () => ({
      author: "ant-2",
      files: { [`tasks/${auctioned.slice(0, 2)}/${auctioned}/bids/ant-1.yaml`]: undefined },
    }),
    "AU1 after bids are closed": async () => {
      scribe.now += 10 * 60_000;
      return bid({ stake: "20" });
    },
    "RE4 revealed for nothing": () => reveal({ eta: undefined }),
    "RE4 a salt that is none": () => reveal({ salt: SALT.slice(1) }),
    "AU5 revealed by who has not bid": () => reveal({}, "root"),
    "AU5 revealed twice": async () => {
      await taken(reveal());
      return reveal();
    },
    "AU5 revealed too late": async () => {
      scribe.now += 5 * 60_000;
      return reveal({}, "ant-2");
    },
    "AU1 on what is cancelled": async () => {
      await open({ bids: "open" });
      await scribe.must("root", { type: "cancel", task: auctioned });
      return bid({ eta: "1h" });
    },
  };
}
