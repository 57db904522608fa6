// Opens a clone whose cache is gone and folds all of its history; says how long that took.
const [library, dir] = process.argv.slice(2);
const { Mound } = await import(library);
const from = performance.now();
const opened = await Mound.open({ dir });
if (!opened.ok) throw new Error(`cannot open ${dir}: ${opened.error.code}`);
const state = await opened.value.read((view) => view.get("line"));
const ms = performance.now() - from;
await opened.value.close();
process.send({ ms, state }, () => process.disconnect());
