/** Every limit of the protocol, with its reason. A change here changes verdicts. */

/** The yaml package is quadratic in map keys: at 16 KiB the worst body was measured at 0.25 s. */
export const RECORD_BYTES = 16 * 1024;
/** More keys than any kind has, and few enough to read. */
export const RECORD_KEYS = 64;
/** A list of scalars: needs, paths, dependencies. */
export const LIST_ITEMS = 64;
/**
 * The globs of one task: thirty files with long names. Two tasks are compared in as many steps as the
 * product of what both have, at worst: 4 million, which take some 20 ms.
 */
export const PATHS_CHARS = 2_048;
/** More than a person reads in one commit; an import of tasks is the exception. */
export const COMMIT_PATHS = 200;
/** One task is one path; the import is judged task by task. */
export const IMPORT_PATHS = 5_000;
/** What the records of a commit have in all: hostile ones were measured to cost 125 ms for 16 KiB. */
export const COMMIT_BYTES = 256 * 1024;
/** Five thousand tasks with a page of text each; those of half a kilobyte take 4 MB. */
export const IMPORT_BYTES = 16 * 1024 * 1024;
/**
 * A commit that only restores what was accepted: one push may break or litter as many paths as it likes,
 * and is mended in a few commits. It carries no records, so nothing of it is parsed.
 */
export const RESTORE_PATHS = 20_000;
/** Refused commits that the message of a repair names, one line each; it has room for more than twice that. */
export const UNDOES_NAMED = 64;
/** A subject and a few trailers, with room for a person's words. */
export const MESSAGE_BYTES = 8 * 1024;
/** A one-line text: a title, a name, a reason. */
export const LINE_CHARS = 300;
/** The tags by which a card describes one skill: more are a text. */
export const SKILL_TAGS = 16;
/** A body, a result or a checkpoint: leaves room for the rest of the record. */
export const TEXT_CHARS = 8_000;
/** Signatures on one record: roots by threshold, or old and new key and an operator. */
export const RECORD_SIGNATURES = 16;
/** Path segments below the root: `tasks/<xx>/<id>/attempts/<token>.yaml` has five. */
export const PATH_DEPTH = 6;
/** Refused commits that the state remembers for readers; the history keeps them all. */
export const REFUSALS_KEPT = 100;
/** What a refusal keeps of each text and list that a stranger wrote: none of them may fill the state. */
export const FACT_CHARS = 400;
export const FACT_ITEMS = 16;
/** How far an author's clock, or a commit's, may be off where `mound.yaml` does not say. */
export const SKEW_MS = 120_000;
/** The shortest lease: below it, the one-second resolution of commit times decides. */
export const LEASE_MIN_MS = 1_000;
/** How long a declined task is not offered where nobody says; and at most, for tasks and agents change. */
export const DECLINE_MS = 24 * 3_600_000;
export const DECLINE_MAX_MS = 7 * 24 * 3_600_000;
/** Tasks that one agent declines at a time: they are one entry of the state, written with each. */
export const DECLINES_MAX = 256;
/** How long a vouch holds where nobody says; and at most a year, leap day and all: who is still sure says so again. */
export const VOUCH_MS = 90 * 24 * 3_600_000;
export const VOUCH_MAX_MS = 366 * 24 * 3_600_000;
/** Vouchers that are noted with a cheat: a refused commit does not fill the state. */
export const VOUCHERS_NOTED = 256;
/** More commits than a line can get in a lifetime, and no number that loses digits. */
export const LINE_COMMITS = 1_000_000_000;
/** A token or counter with more digits than this is a mistake or an attack. */
export const COUNTER_MAX = 1_000_000;
/** Credits of one grant: more than anybody stakes at a time, and a slip of three digits is refused. */
export const GRANT_MAX = 1_000_000;
/** All that is ever granted: no sum loses digits, nor a share of one in thousandths. */
export const GRANTED_MAX = 1_000_000_000_000;
/** Locks that one agent may hold: leadership of some groups and a few resources, and no more than one looks after. */
export const LOCKS_HELD = 32;
/** Names of locks that one agent may bring in: they stay for ever, for a token must never come back. */
export const LOCK_NAMES_BY_AGENT = 64;
/** In all, but for roots: the locks are one piece of the state, which each command about a lock reads. */
export const LOCK_NAMES = 1_024;
/** The most that an agent can leave on a topic, however often it adds: a vote has an end. */
export const STRENGTH_MAX = 10;
/** A signal of which less is left is gone: a tenth of the weakest that there is. */
export const GONE = 0.1;
/** Commit times have whole seconds, and whoever reads is some seconds behind. */
export const HALF_LIFE_MIN_MS = 10_000;
/** A mark that does not fade is no signal; what is to stay belongs into a task or a document. */
export const HALF_LIFE_MAX_MS = 30 * 24 * 3_600_000;
/** One a minute: enough to keep up heat on a task at each half-life, and what has more to say is a loop. */
export const SIGNALS_HOUR_MAX = 60;
/** A window of an auction: below it, commit times in whole seconds and the way of a push decide. */
export const AUCTION_WINDOW_MIN_MS = 10_000;
/** From the task to the end of its reveals: who has not awarded it in a month does not need it done. */
export const AUCTION_MAX_MS = 30 * 24 * 3_600_000;
/** Bids on one task: they are one entry of the state, written with each; and more are no better choice. */
export const BIDS_MAX = 512;
/** How long a turn after an award is at most: who stands by is told, and has an hour to begin. */
export const TURN_MAX_MS = 3_600_000;
