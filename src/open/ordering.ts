import { signFiles } from "../app/build.ts";
import { newNonce } from "../app/nonce.ts";
import type { Signer } from "../app/ports.ts";
import type { Outcome } from "../app/request.ts";
import { withKeys } from "../app/sharded-state.ts";
import { systemRandom } from "../git/random.ts";
import type { Command } from "../protocol/commands/index.ts";
import { decide } from "../protocol/decide.ts";
import type { AgentId, Nonce } from "../protocol/ids.ts";
import { choose } from "../protocol/views/match.ts";
import type { Mound, SubmitOptions } from "./mound.ts";
import type { SequencerClient } from "./sequencer-client.ts";
import type { SignedOperation } from "./wire.ts";

/** A person who has touched a token this often for one command would rather wait for the turn alone. */
const TRIES = 3;

/** `alone`: it is carried out without the daemon, which may have begun to where it was `sent`. */
type OrderedOutcome =
  | { readonly kind: "done"; readonly outcome: Outcome }
  | { readonly kind: "alone"; readonly sent: boolean };

/**
 * Lets the daemon order what only its author can sign: a key with a passphrase, an ssh-agent, a token.
 * Each command is decided and signed here, and the daemon puts it into its next chain as it is, or says
 * that it is legal no more. What would be refused, or needs no commit, is carried out without it, for
 * that looks anew. One after the other; one outcome for each.
 */
export async function orderAll(
  mound: Mound,
  client: SequencerClient,
  agent: AgentId,
  commands: readonly Command[],
  options: SubmitOptions,
): Promise<readonly Outcome[]> {
  const signer = await mound.signer(agent);
  if (!signer.ok) return commands.map(() => signer);
  const outcomes: Outcome[] = [];
  for (const [at, command] of commands.entries()) {
    const nonce = options.nonces?.[at] ?? newNonce(systemRandom);
    const request = { agent, signer: signer.value, command, nonce };
    const ordered = await order(mound, client, request);
    if (ordered.kind === "done") {
      outcomes.push(ordered.outcome);
      continue;
    }
    const named = { ...options, nonces: [nonce], sent: ordered.sent };
    outcomes.push(...(await mound.submitSigned(agent, signer.value, [command], named)));
  }
  return outcomes;
}

interface Ordering {
  readonly agent: AgentId;
  readonly signer: Signer;
  readonly command: Command;
  readonly nonce: Nonce;
}

async function order(
  mound: Mound,
  client: SequencerClient,
  request: Ordering,
): Promise<OrderedOutcome> {
  const { agent } = request;
  for (let tries = 0; tries < TRIES; tries += 1) {
    // What the daemon has carried out since is in the cache of this clone.
    await mound.line.catchUp();
    const operation = await signedOperation(mound, request);
    if (operation === undefined) return { kind: "alone", sent: false };
    const reply = await client.ask({ type: "order", agent, operation }, () =>
      mound.ports.trace?.("push"),
    );
    if (reply.kind === "submitted") return { kind: "done", outcome: reply.submitted.outcomes[0]! };
    const refused = reply.kind === "refused" ? reply.error.code : undefined;
    if (refused !== "decide-again")
      return { kind: "alone", sent: reply.kind === "lost" || refused === "broken" };
  }
  return { kind: "alone", sent: false };
}

async function signedOperation(
  mound: Mound,
  { agent, signer, command, nonce }: Ordering,
): Promise<SignedOperation | undefined> {
  const { state, tip } = mound.line;
  const now = mound.ports.clock.now();
  const decided = await withKeys(state, () =>
    decide(command, {
      view: state,
      agent,
      now: Math.max(now, state.get("line")?.time ?? 0),
      nonce,
      seen: tip,
      choose,
      keys: [signer.key],
    }),
  );
  if (!decided.ok || decided.value.files.length === 0) return undefined;
  // Nobody can commit for its author what carries no record of the author's.
  if (!decided.value.files.some(({ write }) => write === "record")) return undefined;
  const { message, answer } = decided.value;
  const files = await signFiles(decided.value.files, [signer]);
  const stood = await withKeys(state, () =>
    files.map(({ path }) => state.get(`file/${path}`)?.oid ?? null),
  );
  return {
    nonce,
    command,
    message,
    answer,
    files: files.map(({ path, bytes }, at) => ({
      path,
      bytes: bytes === undefined ? null : Buffer.from(bytes).toString("base64"),
      stood: stood[at] ?? null,
    })),
  };
}
