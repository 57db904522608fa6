/**
 * What this clone's bids have sealed, each in a file of its own in the git directory that only its owner
 * reads. Whoever reads one knows the bid before it is revealed; who loses it cannot reveal, and loses the bond.
 */
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { moundFolder } from "../git/clone.ts";
import { AGENT, TASK, type AgentId, type TaskId } from "../protocol/ids.ts";

export interface KeptBid {
  readonly task: TaskId;
  readonly agent: AgentId;
  readonly seal: string;
  readonly stake: number;
  /** Milliseconds. */
  readonly eta: number;
  readonly salt: string;
}

/** The bids of one clone. Writing rejects as the system does; what cannot be read is as if it were not there. */
export class KeptBids {
  readonly #folder: string;

  constructor(commonDir: string) {
    this.#folder = join(moundFolder(commonDir), "bids");
  }

  /** On the disk before it has its name: a bid is not sent before what it seals is safe. */
  async keep(bid: KeptBid): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = this.#path(bid.seal);
    const temporary = `${path}.${process.pid}.tmp`;
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(`${JSON.stringify(bid)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  }

  async all(): Promise<readonly KeptBid[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const found: KeptBid[] = [];
    for (const name of names.filter((one) => one.endsWith(".json")).toSorted()) {
      const bid = parse(await readFile(join(this.#folder, name), "utf8").catch(() => ""));
      if (bid !== undefined && this.#path(bid.seal) === join(this.#folder, name)) found.push(bid);
    }
    return found;
  }

  async forget({ seal }: Pick<KeptBid, "seal">): Promise<void> {
    await rm(this.#path(seal), { force: true });
  }

  #path(seal: string): string {
    return join(this.#folder, `${seal}.json`);
  }
}

function parse(text: string): KeptBid | undefined {
  try {
    const { task, agent, seal, stake, eta, salt } = JSON.parse(text) as Record<string, unknown>;
    const texts = [task, agent, seal, salt].every((one) => typeof one === "string");
    if (!texts || typeof stake !== "number" || typeof eta !== "number") return undefined;
    if (!TASK.test(task as string) || !AGENT.test(agent as string)) return undefined;
    if (!/^[0-9a-f]{64}$/.test(seal as string)) return undefined;
    return { task, agent, seal, stake, eta, salt } as KeptBid;
  } catch {
    return undefined;
  }
}
