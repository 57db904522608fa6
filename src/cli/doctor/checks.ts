import { agents } from "./agents.ts";
import { cache } from "./cache.ts";
import { ci } from "./ci.ts";
import { cloneSettings } from "./clone-settings.ts";
import { clock } from "./clock.ts";
import { daemon } from "./daemon.ts";
import { disk } from "./disk.ts";
import type { Check } from "./finding.ts";
import { history } from "./history.ts";
import { host } from "./host.ts";
import { inotify } from "./inotify.ts";
import { judge } from "./judge.ts";
import { journal } from "./journal.ts";
import { keys } from "./keys.ts";
import { leftovers } from "./leftovers.ts";
import { locks } from "./locks.ts";
import { origin } from "./origin.ts";
import { gitProgram, nodeProgram, sshProgram } from "./programs.ts";
import { remote } from "./remote.ts";

/** Every check, in the order in which they are told. They run at the same time. */
export const CHECKS: readonly Check[] = [
  { name: "git", of: "machine", look: gitProgram },
  { name: "node", of: "machine", look: nodeProgram },
  { name: "ssh-keygen", of: "machine", look: sshProgram },
  { name: "disk", of: "machine", look: disk },
  { name: "inotify", of: "machine", look: inotify },
  { name: "keys", of: "machine", look: keys },
  { name: "agents", of: "clone", look: agents },
  { name: "clone", of: "clone", look: cloneSettings },
  { name: "remote", of: "clone", look: remote },
  { name: "origin", of: "clone", look: origin },
  { name: "judge", of: "clone", look: judge },
  { name: "ci", of: "clone", look: ci },
  { name: "host", of: "clone", look: host },
  { name: "line", of: "clone", look: history },
  { name: "clock", of: "clone", look: clock },
  { name: "locks", of: "clone", look: locks },
  { name: "leftovers", of: "clone", look: leftovers },
  { name: "journal", of: "clone", look: journal },
  { name: "cache", of: "clone", look: cache },
  { name: "daemon", of: "clone", look: daemon },
];
