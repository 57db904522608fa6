import { PATH_DEPTH } from "./limits.ts";

const SEGMENT = /^[a-z0-9][a-z0-9._-]{0,79}$/;
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$/;
/** What `init` lays down for people and hosts; unsigned, so that only a root's commit may touch it. */
const FURNITURE_FILES = new Set([
  "README.md",
  "AGENTS.md",
  ".gitattributes",
  ".gitignore",
  ".gitlab-ci.yml",
]);
const FURNITURE_FOLDERS = [".github/", ".forgejo/", ".mound/"];
const FURNITURE_SEGMENT = /^[A-Za-z0-9._][A-Za-z0-9._-]{0,79}$/;

/** The one name that may end in `.lock`: the lock file of a task. */
export const CLAIM_FILE = "claim.lock";

/** Whether a path may exist on the line at all: the path grammar of rule PA1. */
export function isLegalPath(path: string): boolean {
  if (path.length > 400) return false;
  const segments = path.split("/");
  if (segments.length > PATH_DEPTH) return false;
  if (isFurniture(path)) return segments.every(isFurnitureSegment);
  return segments.every(isSegment);
}

/** Whether a path belongs to what `init` lays down, which carries no signature of its own. */
export function isFurniture(path: string): boolean {
  return FURNITURE_FILES.has(path) || FURNITURE_FOLDERS.some((folder) => path.startsWith(folder));
}

function isSegment(segment: string): boolean {
  if (!SEGMENT.test(segment) || segment.includes("..") || segment.endsWith(".")) return false;
  if (segment.endsWith(".lock") && segment !== CLAIM_FILE) return false;
  return !DEVICE.test(segment);
}

function isFurnitureSegment(segment: string): boolean {
  if (!FURNITURE_SEGMENT.test(segment)) return false;
  const lower = segment.toLowerCase();
  if (lower === ".git" || lower.startsWith("git~") || lower.includes("..")) return false;
  return !lower.endsWith(".") && !lower.endsWith(".lock") && !DEVICE.test(lower);
}

/** Where an agent's checkpoint of a commit lies. */
export function checkpointFile(commit: string, agent: string): string {
  return `checkpoints/${commit}/${agent}.yaml`;
}

/** The folder of a task: `tasks/<xx>/<id>`, fanned out by the first two characters of the id. */
export function taskFolder(id: string): string {
  return `tasks/${id.slice(0, 2)}/${id}`;
}
