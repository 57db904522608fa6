// `node bundle-program.mjs ENTRY FILE MODULES`: a program and all that it imports in one file.
import { rolldown } from "rolldown";

const [input, file, modules] = process.argv.slice(2);
const build = await rolldown({ input, platform: "node", resolve: { modules: [modules] } });
await build.write({ file, format: "esm", codeSplitting: false });
await build.close();
