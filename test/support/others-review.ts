import type { Scribe } from "./scribe.ts";

/** From a value of 5 on only others review, however far they are trusted; and ant-1 runs ant-2. */
export async function askOthersToReview(scribe: Scribe): Promise<void> {
  for (const [key, value] of [
    ["review_value", "5"],
    ["review_trust", "0"],
  ] as const)
    await scribe.must("root", { type: "configure", set: { key, value } });
  const joined = { type: "join", key: scribe.signer("ant-2").key, operator: "ant-1" } as const;
  await scribe.must("ant-2", { ...joined, operatorSigns: true }, [scribe.signer("ant-1")]);
}
