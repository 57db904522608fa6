import type { AgentId } from "../../protocol/ids.ts";
import type { View } from "../../protocol/state.ts";
import type { TrustAsked } from "../../protocol/views/trust.ts";
import { skillArgument } from "../able/skill.ts";
import { FaultError, type Context } from "../context.ts";
import { agentArgument } from "../members/cosigners.ts";
import { textOption } from "../options.ts";

/** The options `--from` and `--for`. */
export function askedOptions(context: Context, options: Record<string, unknown>): TrustAsked {
  const from = textOption(options["from"]);
  return {
    ...(from === undefined
      ? {}
      : { from: from === "me" ? context.agent() : agentArgument(from, "--from") }),
    ...skillOption(options["for"]),
  };
}

export function skillOption(value: unknown): { readonly skill?: string } {
  const typed = textOption(value);
  return typed === undefined ? {} : { skill: skillArgument(typed, "--for") };
}

/** Only members see; who never joined is unknown. */
export function expectSeer(view: View, agent: AgentId): void {
  const status = view.get(`agent/${agent}`)?.status;
  if (status === undefined) throw new FaultError({ code: "agent-unknown", agent });
  if (status !== "active")
    throw new FaultError({ rule: "AG1", code: "agent-revoked", agent, status });
}
