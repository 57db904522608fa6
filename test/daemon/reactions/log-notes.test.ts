import { expect, test } from "vitest";
import type { Log, LogFields } from "../../../src/daemon/log.ts";
import { logReactions } from "../../../src/daemon/reactions/log-notes.ts";
import { batch, event, everything, ReactionsStage } from "../../support/reactions.ts";

test("the log says what failed and why, and of a faulty file the line and the reason", async () => {
  const lines: [string, LogFields][] = [];
  const level = (name: string) => (fields: LogFields) => void lines.push([name, fields]);
  const log: Log = {
    debug: level("debug"),
    info: level("info"),
    warn: level("warn"),
    error: level("error"),
    close: () => undefined,
  };
  const stage = new ReactionsStage(everything("    retries: 1\n"));
  const random = { bytes: () => new Uint8Array(), fraction: () => 1 };
  const reactions = await stage.start({ note: logReactions(log), random });
  await reactions.deliver(batch(event("a1", "k3f9qz1-a")));
  await stage.at("a1").end("badly");
  await stage.clock.advance(1_000);
  await stage.at("a1").end("badly");
  stage.write(everything("    retries: lots\n"));
  await stage.clock.advance(2_000);
  const about = { n: 1, reaction: "all", event: "a1", why: "exit 3" };
  expect(lines).toEqual([
    ["info", { code: "reactions-loaded", path: stage.file, count: 1 }],
    ["warn", { code: "delivery-failed", ...about, tries: 1, due: "2026-01-01T00:00:01.000Z" }],
    ["error", { code: "delivery-dead", ...about, tries: 2 }],
    [
      "error",
      {
        code: "reactions-invalid",
        path: stage.file,
        line: 5,
        reason: "`retries` must be a whole number from 0 to 20.",
        flaws: 1,
      },
    ],
  ]);
});
