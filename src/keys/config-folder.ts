import { isAbsolute, join } from "node:path";

/**
 * Where the user's configuration lives, an absolute path: `MOUND_CONFIG_HOME`, else `XDG_CONFIG_HOME`,
 * else `~/.config` (on Windows `APPDATA`). An empty value counts as none, and a relative one too, as
 * the XDG specification says: it would mean another folder from each working directory.
 */
export function configFolder(
  environment: NodeJS.ProcessEnv,
  home: string,
  platform: NodeJS.Platform,
): string {
  const { MOUND_CONFIG_HOME, XDG_CONFIG_HOME, APPDATA } = environment;
  const named = [MOUND_CONFIG_HOME, XDG_CONFIG_HOME, platform === "win32" ? APPDATA : undefined];
  return named.find((path) => path !== undefined && isAbsolute(path)) ?? join(home, ".config");
}
