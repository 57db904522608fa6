import { type Cli, foundedCli } from "./cli.ts";

interface Work {
  readonly cli: Cli;
  readonly folder: string;
  readonly id: string;
}

/** A mound with one open task, and the folder of that task. */
export async function withTask(): Promise<Work> {
  const cli = await foundedCli();
  const { id } = (await cli.ok("-C m task add 'By hand' --as ant-1 --json")).json.data.task as {
    id: string;
  };
  return { cli, id, folder: `tasks/${id.slice(0, 2)}/${id}` };
}
