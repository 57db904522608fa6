/** What each peer has seen of each other: a dense matrix, for a few hundred peers. */
export class Tallies {
  readonly peers: number;
  readonly good: Float64Array;
  readonly bad: Float64Array;

  constructor(peers: number) {
    this.peers = peers;
    this.good = new Float64Array(peers * peers);
    this.bad = new Float64Array(peers * peers);
  }

  rate(rater: number, rated: number, good: boolean, weight = 1): void {
    if (rater === rated) return;
    const at = rater * this.peers + rated;
    if (good) this.good[at]! += weight;
    else this.bad[at]! += weight;
  }

  /** Everything that was seen counts by so much less. */
  fade(factor: number): void {
    for (let at = 0; at < this.good.length; at += 1) {
      this.good[at]! *= factor;
      this.bad[at]! *= factor;
    }
  }

  /** Nobody has seen anything of a peer any more, nor it of others: it comes back under a new name. */
  forget(peer: number): void {
    for (let other = 0; other < this.peers; other += 1)
      for (const at of [peer * this.peers + other, other * this.peers + peer]) {
        this.good[at] = 0;
        this.bad[at] = 0;
      }
  }
}
