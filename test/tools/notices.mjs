import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

const PACKAGE = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

/** The licences of the packages that the given modules come from: they ask to travel with the code. */
export async function notices(moduleIds) {
  const folders = new Set(moduleIds.map((id) => PACKAGE.exec(id)?.[1]).filter(Boolean));
  const parts = await Promise.all([...folders].toSorted().map(notice));
  return `Mound's bundle contains these packages.\n\n${parts.join("\n")}`;
}

async function notice(folder) {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, "package.json"), "utf8"),
  );
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? "" : await readFile(join(folder, file), "utf8");
  return `== ${name} ${version} (${license})\n\n${text.trim()}\n`;
}
