import { publishMound } from "../../open/publish.ts";
import { addressOption } from "../address.ts";
import { FaultError, type Context } from "../context.ts";
import type { Report } from "../report.ts";

/** `mound publish`: from now on the line is at a git host, and the old origin says so. */
export async function publish(
  context: Context,
  [url]: readonly (string | undefined)[],
): Promise<Report> {
  const mound = await context.mound();
  const published = await publishMound(mound, addressOption(context, url!));
  if (!published.ok) throw new FaultError(published.error);
  const { id, name } = await mound.read((view) => view.get("mound")!);
  return {
    data: { mound: { id, name }, origin: published.value, branch: mound.clone.settings.branch },
    text: `The mound ${name} is at ${published.value} now. The old origin takes nothing any more; clones of it are told the new address.`,
    next: [`mound clone ${published.value} --id ${id.slice(0, 16)}`],
  };
}
