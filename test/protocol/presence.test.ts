import { describe, expect, test } from "vitest";
import type { AgentId, TaskId } from "../../src/protocol/ids.ts";
import {
  DOING_MAX,
  HEARTBEAT_BYTES,
  heartbeatBody,
  readHeartbeat,
} from "../../src/protocol/presence.ts";
import { joinRecord } from "../../src/protocol/record.ts";
import { heartbeat } from "../support/presence.ts";

const AT = Date.UTC(2026, 10, 21, 9, 30, 0, 5);
const ARMOR = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n";
const TASK = "k3f9qz7-fix-login" as TaskId;

describe("the form of a heartbeat", () => {
  test("is that of a record: a flat body and a signature", () => {
    const said = heartbeat(AT, { doing: [TASK], since: AT - 60_000 });
    expect(heartbeatBody(said)).toBe(
      [
        "kind: presence",
        "agent: ant-1",
        "state: here",
        "host: desk",
        "doing:",
        "  - k3f9qz7-fix-login",
        "since: 2026-11-21T09:29:00.005Z",
        "at: 2026-11-21T09:30:00.005Z",
        "until: 2026-11-21T09:31:00.005Z",
        "",
      ].join("\n"),
    );
  });

  test.each([
    heartbeat(AT),
    heartbeat(AT, { state: "leaving" }),
    heartbeat(AT, { host: 'a "host": #1 \u202e\u001b[31m', doing: [TASK] }),
    heartbeat(AT, { host: "no", doing: Array.from({ length: DOING_MAX }, () => TASK) }),
  ])("is read back as it was said: %j", (said) => {
    const body = heartbeatBody(said);
    const bytes = joinRecord(body, [ARMOR]);
    expect(bytes.length).toBeLessThan(HEARTBEAT_BYTES);
    expect(readHeartbeat("ant-1", bytes)).toEqual({
      ok: true,
      value: { heartbeat: said, payload: new TextEncoder().encode(body), armor: ARMOR },
    });
  });

  test("what is too much for it is cut when it is said", () => {
    const doing = Array.from({ length: 40 }, () => TASK);
    const read = readHeartbeat(
      "ant-1",
      joinRecord(heartbeatBody(heartbeat(AT, { doing, host: "x".repeat(400) })), [ARMOR]),
    );
    expect(read.ok && read.value.heartbeat.doing.length).toBe(DOING_MAX);
    expect(read.ok && read.value.heartbeat.host.length).toBe(63);
  });

  const good = heartbeatBody(heartbeat(AT));
  test.each([
    ["a name with a folder", "ant-1/x", good, [ARMOR], "name-illegal"],
    ["a name in capitals", "Ant", good, [ARMOR], "name-illegal"],
    ["another agent's ref", "ant-2", good, [ARMOR], "wrong-agent"],
    ["too many bytes", "ant-1", `${good}x-a: "${"x".repeat(5_000)}"\n`, [ARMOR], "too-large"],
    ["garbage", "ant-1", "\u0000\u0001", [], "malformed"],
    ["nothing", "ant-1", "", [], "malformed"],
    ["no signature", "ant-1", good, [], "malformed"],
    ["two signatures", "ant-1", good, [ARMOR, ARMOR], "malformed"],
    ["another kind", "ant-1", good.replace("presence", "claim"), [ARMOR], "malformed"],
    ["a field too many", "ant-1", `${good}percent: 5\n`, [ARMOR], "malformed"],
    ["a field too few", "ant-1", good.replace("host: desk\n", ""), [ARMOR], "malformed"],
    ["a time that is none", "ant-1", good.replace("09:30:00.005Z", "25:30"), [ARMOR], "malformed"],
    [
      "an end before its beginning",
      "ant-1",
      heartbeatBody(heartbeat(AT, { until: AT })),
      [ARMOR],
      "malformed",
    ],
    [
      "a promise of years",
      "ant-1",
      heartbeatBody(heartbeat(AT, { until: AT + 9e10 })),
      [ARMOR],
      "malformed",
    ],
    [
      "a stay that begins later",
      "ant-1",
      heartbeatBody(heartbeat(AT, { since: AT + 1 })),
      [ARMOR],
      "malformed",
    ],
  ])("%s is a flaw", (_title, name, body, armors, code) => {
    const read = readHeartbeat(name, joinRecord(body, armors));
    expect(read).toMatchObject({ ok: false, error: { code, name } });
  });

  test("keys of others are let through, as in a record", () => {
    const read = readHeartbeat("ant-1", joinRecord(`${good}x-mood: calm\n`, [ARMOR]));
    expect(read).toMatchObject({ ok: true, value: { heartbeat: { agent: "ant-1" as AgentId } } });
  });
});
