/** The world of one command, given from outside so that tests can stand in for it. */
export interface Env {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly colour: boolean;
  out(text: string): void;
  err(text: string): void;
  /** The whole of standard input. */
  input(): Promise<Uint8Array>;
}

export function processEnv(): Env {
  const { env: environment, stdout, stderr, stdin } = process;
  const wanted = environment["FORCE_COLOR"] !== undefined && environment["FORCE_COLOR"] !== "0";
  const refused = (environment["NO_COLOR"] ?? "") !== "" || environment["TERM"] === "dumb";
  return {
    cwd: process.cwd(),
    environment,
    colour: wanted || (!refused && stdout.isTTY),
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    async input() {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
  };
}
