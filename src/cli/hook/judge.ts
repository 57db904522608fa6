import type { Report } from "../report.ts";
import { preReceive } from "./pre-receive.ts";

/** `mound hook pre-receive` with options before it; without any, src/bin.ts starts the judge itself. */
export async function judgePush(): Promise<Report> {
  return { data: {}, text: "", streamed: true, exit: await preReceive() };
}
