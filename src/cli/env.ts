/** The world of one command, given from outside so that tests can stand in for it. */
export interface Env {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly colour: boolean;
  out(text: string): void;
  err(text: string): void;
  /** Resolves when all that was put out is with the system; false: nobody reads it any more. */
  flush?(): Promise<boolean>;
  /** The whole of standard input. */
  input(): Promise<Uint8Array>;
  /** Standard input as it comes; absent where only the whole of it is there. */
  readonly stdin?: Keyboard;
}

/** Standard input: a terminal of which single keys can be asked, or anything else. */
export interface Keyboard extends AsyncIterable<Uint8Array | string> {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  pause(): unknown;
}

export function processEnv(): Env {
  const { env: environment, stdout, stderr, stdin } = process;
  const wanted = environment["FORCE_COLOR"] !== undefined && environment["FORCE_COLOR"] !== "0";
  const refused = (environment["NO_COLOR"] ?? "") !== "" || environment["TERM"] === "dumb";
  // Whom nothing can be told any more is not told that.
  stderr.on("error", () => undefined);
  return {
    cwd: process.cwd(),
    environment,
    colour: wanted || (!refused && stdout.isTTY),
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    flush: flushOf(stdout),
    stdin,
    async input() {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
  };
}

/** A reader that has seen enough (`| head -1`) is no failure; a full disk is. */
function flushOf(stream: NodeJS.WriteStream): () => Promise<boolean> {
  let broken: NodeJS.ErrnoException | undefined;
  const note = (error: NodeJS.ErrnoException): void => {
    broken ??= error;
  };
  stream.on("error", note);
  return () =>
    new Promise((resolve, reject) => {
      // The write that fails tells why; those after it only that the stream is gone.
      stream.write("", (failed) => {
        if (failed === null || failed === undefined) return resolve(true);
        setImmediate(() => (broken?.code === "EPIPE" ? resolve(false) : reject(broken ?? failed)));
      });
    });
}
