/** No event is waited for any longer: the slowest poll of a remote is 30 s. */
const EVENT_MS = 60_000;

/** The events of a daemon, and when each commit's was read. */
export class Told {
  #events = [];
  #waiting = new Map();

  /** What a watcher is given to tell. */
  hear = (event, at) => {
    this.#events.push({ ...event, at });
    this.#waiting.get(event.commit)?.(at);
  };

  /** When the event of a commit was read; rejects where none comes. */
  of(commit) {
    const heard = this.#events.find((event) => event.commit === commit);
    if (heard !== undefined) return heard.at;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${commit} is not told of within ${EVENT_MS} ms`)),
        EVENT_MS,
      );
      this.#waiting.set(commit, (at) => {
        clearTimeout(timer);
        resolve(at);
      });
    });
  }

  /** Each of these claims was told once, in this order, and nothing else was. */
  expectOnce(commits) {
    const claims = this.#events.filter(({ type }) => type === "task.claimed");
    const given = claims.map(({ commit }) => commit).join(" ");
    if (given !== commits.join(" ")) throw new Error("the events are not the commits, in order");
  }
}
