declare const MOUND_VERSION: string;

// Answered before anything is imported: agents ask for it to see whether the command is there.
const [first, second, ...rest] = process.argv.slice(2);
if (first === "--version" || first === "-V") {
  process.stdout.write(`${MOUND_VERSION}\n`);
} else if (first === "hook" && second === "pre-receive" && rest.length === 0) {
  // Every push to a repository waits for it, so that it starts past the tree of commands.
  const { preReceive } = await import("./cli/hook/pre-receive.ts");
  process.exit(await preReceive());
} else if (first === "hook" && second === "compact") {
  const { compact } = await import("./cli/hook/compact.ts");
  process.exitCode = await compact(rest[0] ?? "", rest[1] ?? "");
} else {
  const { main } = await import("./cli/main.ts");
  process.exitCode = await main(process.argv.slice(2));
}
