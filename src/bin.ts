declare const MOUND_VERSION: string;

// Answered before anything is imported: agents ask for it to see whether the command is there.
const [first] = process.argv.slice(2);
if (first === "--version" || first === "-V") {
  process.stdout.write(`${MOUND_VERSION}\n`);
} else {
  const { main } = await import("./cli/main.ts");
  process.exitCode = await main(process.argv.slice(2));
}
