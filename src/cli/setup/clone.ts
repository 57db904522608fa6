import { cloneMound } from "../../open/clone.ts";
import type { CheckpointTrust } from "../../open/from-checkpoint.ts";
import { addressOption, branchOption } from "../address.ts";
import { FaultError, type Context } from "../context.ts";
import { startSentence } from "../checkpoints/start-text.ts";
import { listOption, numberOption, textOption } from "../options.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";
import { describeMound, ID_SHOWN } from "./describe.ts";

/** `mound clone`: fetches a mound and judges it from its first commit. */
export async function clone(
  context: Context,
  [url, dir]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const beside = textOption(options["in"]);
  if (beside === undefined && url === undefined)
    throw new UsageError(
      "Clone what? Name a git URL or a path, or a repository of code with --in REPO.",
      "mound clone URL",
    );
  if (beside !== undefined && url !== undefined) {
    throw new UsageError(
      "With --in the mound is found at that repository's origin; leave the URL out.",
      `mound clone --in ${beside}`,
    );
  }
  const id = textOption(options["id"])?.toLowerCase();
  if (id !== undefined && !/^[0-9a-hjkmnp-tv-z]{16,52}$/.test(id)) {
    throw new UsageError(
      `"${id}" cannot be a mound's id: that has 52 characters, of which at least ${ID_SHOWN} must be given.`,
      "mound clone URL --id ID",
    );
  }
  const branch = branchOption(options["branch"]);
  const checkpoint = trustOptions(options);
  const cloned = await cloneMound({
    cwd: context.dir,
    ...(url === undefined ? {} : { url: addressOption(context, url) }),
    ...(dir === undefined ? {} : { dir }),
    ...(beside === undefined ? {} : { beside: context.path(beside) }),
    ...(id === undefined ? {} : { id }),
    ...(branch === undefined ? {} : { branch }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    environment: context.env.environment,
  });
  if (!cloned.ok) {
    const none = cloned.error.code === "line-missing" && beside !== undefined;
    throw new FaultError(cloned.error, none ? [`mound init --in ${beside} --as AGENT`] : []);
  }
  const mound = context.adopt(cloned.value);
  const { data, summary, enter } = await describeMound(context, mound);
  const { commits, refused } = await mound.read((view) => view.get("line")!);
  const notes =
    refused === 0
      ? []
      : [
          `${refused} of its ${commits} commits break the rules and were refused; see: mound status`,
        ];
  const { start } = mound.clone.settings;
  return {
    data: { ...data, commits, refused, start: start ?? null },
    text: [
      `Cloned the mound ${summary}`,
      ...(start === undefined ? [] : [startSentence(start), `Its id is ${data.mound.id}.`]),
    ].join("\n"),
    next: [
      ...enter,
      ...(start === undefined ? [] : ["mound sync --verify"]),
      "mound join --as AGENT",
      "mound status",
    ],
    notes,
  };
}

function trustOptions(options: Record<string, unknown>): CheckpointTrust | undefined {
  const keys = listOption(options["trust"]);
  const quorum = numberOption(options["quorum"], "--quorum", 1, QUORUM_MAX);
  if (options["fromCheckpoint"] !== true) {
    if (keys === undefined && quorum === undefined) return undefined;
    throw new UsageError(
      "--trust and --quorum say whose checkpoint to start from; add --from-checkpoint.",
      "mound clone URL --from-checkpoint --trust SHA256:...",
    );
  }
  const wrong = keys?.find((key) => !/^SHA256:[A-Za-z0-9+/]{43}$/.test(key));
  if (wrong !== undefined)
    throw new UsageError(
      `"${wrong}" is no fingerprint: that is SHA256: and 43 characters, as ssh-keygen -lf prints it.`,
      "mound clone URL --from-checkpoint --trust SHA256:...",
    );
  return {
    ...(keys === undefined ? {} : { keys }),
    ...(quorum === undefined ? {} : { quorum }),
  };
}

/** More signers than any mound has roots. */
const QUORUM_MAX = 1_000;
