import type { NamedService } from "./service.ts";

/** A unit in the format of systemd.service(5) and systemd.syntax(7). */
export function systemdUnit({ name, folder, argv, environment }: NamedService): string {
  const [program, ...args] = argv;
  // Variables are replaced in the arguments but never in the path of the program.
  const command = [quoted(program!), ...args.map((word) => quoted(word.replaceAll("$", "$$$$")))];
  return [
    `# Keeps Mound's watcher running on ${quoted(folder)}`,
    `# Save this as ~/.config/systemd/user/${name}.service, then:`,
    "#   systemctl --user daemon-reload",
    `#   systemctl --user enable --now ${name}.service`,
    "# To keep it running while you are logged out:",
    "#   loginctl enable-linger",
    "# What it says:",
    `#   journalctl --user --unit ${name}.service`,
    "",
    "[Unit]",
    `Description=Mound watcher of ${quoted(folder)}`,
    "",
    "[Service]",
    `ExecStart=${command.join(" ")}`,
    ...environment.map(([key, value]) => `Environment=${quoted(`${key}=${value}`)}`),
    "Restart=on-failure",
    "RestartSec=5",
    "# Wrong options, or no mound in the folder: starting it again does not help.",
    "RestartPreventExitStatus=2 3",
    "TimeoutStopSec=30",
    "",
    "[Install]",
    "WantedBy=default.target",
    "",
  ].join("\n");
}

/** One word, as it is: quoted, and with systemd's specifiers (`%h`) taken for what they are not. */
function quoted(word: string): string {
  return `"${word.replace(/["\\]/g, "\\$&").replaceAll("%", "%%")}"`;
}
