import { sealOf } from "../../src/protocol/rules/auction.ts";
import type { AgentId, TaskId } from "../../src/protocol/ids.ts";
import { HOUR, MINUTE, World } from "./world.ts";

export interface BidWish {
  readonly stake?: number;
  /** Milliseconds. */
  readonly eta?: number;
  readonly salt?: string;
}

export const SALT = "0123456789abcdef0123456789abcdef";
export const BIDS = 10 * MINUTE;
export const REVEALS = 5 * MINUTE;

/** A mound whose agents have credits, and one task that is auctioned: bids for ten minutes, reveals for five. */
export class Auction {
  readonly world: World;
  readonly task: TaskId;
  readonly #wishes = new Map<string, Required<BidWish>>();

  constructor(agents: readonly string[], more: Parameters<World["add"]>[1] = {}) {
    this.world = World.found();
    for (const agent of agents) this.join(agent);
    this.task = this.add(more);
  }

  join(agent: string, credits = 1_000): void {
    this.world.agent(agent);
    this.grant(agent, credits);
  }

  grant(agent: string, amount: number): void {
    this.world.must("root", { type: "grant", to: agent, amount, reason: "a start" });
  }

  add(more: Parameters<World["add"]>[1] = {}): TaskId {
    const windows = { mode: "auction", bidsUntil: "10m", revealsUntil: "5m" } as const;
    return this.world.add("work", { value: 100, ...windows, ...more });
  }

  seal(agent: string, wish: BidWish = {}, task: TaskId = this.task): string {
    const { stake = 10, eta = 60 * MINUTE, salt = saltOf(agent) } = wish;
    const mound = this.world.id;
    return sealOf({ mound, task, agent: agent as AgentId, stake, eta, salt });
  }

  bidCommand(agent: string, wish: BidWish = {}) {
    const { stake = 10, eta = 60 * MINUTE, salt = saltOf(agent) } = wish;
    this.#wishes.set(agent, { stake, eta, salt });
    const open = this.world.task(this.task).auction?.bids === "open";
    const said = open ? { eta } : {};
    return { type: "bid", task: this.task, stake, seal: this.seal(agent, wish), ...said } as const;
  }

  bid(agent: string, wish: BidWish = {}): this {
    this.world.must(agent, this.bidCommand(agent, wish));
    return this;
  }

  revealCommand(agent: string) {
    const { eta, salt } = this.#wishes.get(agent)!;
    return { type: "reveal", task: this.task, eta, salt } as const;
  }

  reveal(...agents: readonly string[]): this {
    for (const agent of agents) this.world.must(agent, this.revealCommand(agent));
    return this;
  }

  /** Everyone bids as wished and reveals, and the root has the award made. */
  run(wishes: Readonly<Record<string, BidWish>>, silent: readonly string[] = []): this {
    for (const [agent, wish] of Object.entries(wishes)) this.bid(agent, wish);
    this.world.pass(BIDS);
    this.reveal(...Object.keys(wishes).filter((agent) => !silent.includes(agent)));
    return this.award();
  }

  award(): this {
    this.world.pass(REVEALS).must("root", { type: "award", task: this.task });
    return this;
  }

  get order(): readonly string[] {
    return this.state?.award?.order.map(({ agent }) => agent) ?? [];
  }

  get state() {
    return this.world.state.get(`auction/${this.task}`);
  }

  /** What an agent has granted, lost, locked. */
  credits(agent: string) {
    const { granted = 0, lost = 0, locked = 0 } = this.world.state.get(`credit/${agent}`) ?? {};
    return { free: granted - lost - locked, lost, locked };
  }
}

/** Another for each agent. */
function saltOf(agent: string): string {
  return [...agent]
    .reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 0xffff_ffff, 7)
    .toString(16)
    .padStart(32, "0");
}

export const ANTS = ["ant-1", "ant-2", "ant-3", "ant-4"] as const;
export const FOUR = {
  "ant-1": { eta: HOUR },
  "ant-2": { eta: 2 * HOUR },
  "ant-3": { eta: 4 * HOUR },
  "ant-4": { eta: 8 * HOUR },
};

/** Four bids of which each weighs twice the next, and the award of them. */
export function awarded(): Auction {
  return new Auction(ANTS).run(FOUR);
}

export function claim(auction: Auction, agent: string) {
  return auction.world.run(agent, { type: "claim", task: auction.task, lease: MINUTE });
}

/** Who may take the task now. */
export function takers(auction: Auction): readonly string[] {
  const { world, task } = auction;
  const members = ["root", ...ANTS];
  return members.filter((agent) => world.decide(agent, { type: "claim", task }).ok);
}
