/** Variables that a git call may inherit: what it takes to find git, keys, helpers and proxies. */
const INHERITED = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "TMPDIR",
  "TERM",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "XDG_CONFIG_HOME",
  "XDG_RUNTIME_DIR",
  "DBUS_SESSION_BUS_ADDRESS",
  "SSH_AUTH_SOCK",
  "SSH_ASKPASS",
  "GIT_ASKPASS",
  "GIT_SSH",
  "GIT_SSH_COMMAND",
  "GIT_SSH_VARIANT",
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_SYSTEM",
  "GIT_CONFIG_NOSYSTEM",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "all_proxy",
  "ALL_PROXY",
  "no_proxy",
  "NO_PROXY",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
];
const INHERITED_PREFIXES = ["GIT_SSL_", "GIT_PROXY_SSL_"];
/** Without these, Windows starts no process that uses sockets or a temporary folder. */
const INHERITED_ON_WINDOWS = [
  "Path",
  "PATHEXT",
  "SystemRoot",
  "SYSTEMROOT",
  "ComSpec",
  "COMSPEC",
  "TEMP",
  "TMP",
  "USERPROFILE",
  "HOMEDRIVE",
  "HOMEPATH",
  "APPDATA",
  "LOCALAPPDATA",
  "ProgramData",
  "ProgramFiles",
];

const FIXED = {
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
  // A replace ref would let a repository show other bytes under the name that was judged.
  GIT_NO_REPLACE_OBJECTS: "1",
  LC_ALL: "C",
};

/**
 * The whole environment of a git call, built from nothing: a `GIT_DIR`, `GIT_INDEX_FILE` or
 * `GIT_CONFIG_PARAMETERS` of whoever started Mound must not redirect it.
 *
 * @param extra variables that one call needs besides, such as git's quarantine in a hook.
 */
export function gitEnvironment(
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const environment: Record<string, string> = {};
  const names = process.platform === "win32" ? [...INHERITED, ...INHERITED_ON_WINDOWS] : INHERITED;
  for (const name of names) copy(environment, name);
  for (const name of Object.keys(process.env)) {
    if (INHERITED_PREFIXES.some((prefix) => name.startsWith(prefix))) copy(environment, name);
  }
  return { ...environment, ...FIXED, ...extra };
}

/** What tells a hook of git where the objects of a push wait until it has been judged. */
const QUARANTINE = [
  "GIT_QUARANTINE_PATH",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
];

/** git's quarantine, as it stands in the environment of a hook: for its own git calls only. */
export function quarantineOf(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of QUARANTINE) {
    const value = environment[name];
    if (value !== undefined && value !== "") found[name] = value;
  }
  return found;
}

function copy(environment: Record<string, string>, name: string): void {
  const value = process.env[name];
  if (value !== undefined) environment[name] = value;
}

/**
 * Settings that hold for every call, above any configuration file. They bind the client only: git
 * takes them out of the environment of a `receive-pack` or `upload-pack` that it starts for a file
 * path, so the origin's own hooks still run (a test holds this).
 */
const SETTINGS = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.attributesFile=/dev/null",
  "protocol.ext.allow=never",
  "submodule.recurse=false",
  "gc.auto=0",
  "maintenance.auto=false",
  // Every call names its git directory, so one that is merely found lying around is never used.
  "safe.bareRepository=explicit",
  // A reader must be able to fetch what it is to report: contents are judged, not fetched away.
  "fetch.fsckObjects=false",
  "transfer.fsckObjects=false",
];

/** The arguments before the command's name. */
export function gitPrefix(gitDir: string | undefined, settings: readonly string[] = []): string[] {
  const prefix = [...SETTINGS, ...settings].flatMap((setting) => ["-c", setting]);
  if (gitDir !== undefined) prefix.push(`--git-dir=${gitDir}`);
  return prefix;
}
