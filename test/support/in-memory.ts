import { mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";

const MEMORY = "/dev/shm";
/** Several times what all tests have at a time. */
const ROOM = 4 * 1024 ** 3;

/**
 * Lets the tests of one run keep their folders in memory, where the system has room there: they make and
 * remove some hundred thousand files, and none outlives a loss of power. Whoever sets TMPDIR has chosen,
 * and with MOUND_TEST_SCALE they are on a disk.
 */
export function inMemory(): void {
  const { TMPDIR, MOUND_TEST_SCALE } = process.env;
  if (TMPDIR !== undefined || Number(MOUND_TEST_SCALE ?? 1) > 1 || !isRoomy()) return;
  const folder = mkdtempSync(`${MEMORY}/mound-tests-`);
  process.env["TMPDIR"] = folder;
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
}

/** Programs are started there too, which some systems forbid. */
function isRoomy(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
    const mount = mounts.findLast((line) => line.split(" ")[1] === MEMORY);
    return mount !== undefined && !/[ ,]noexec[ ,]/.test(mount) && bavail * bsize > ROOM;
  } catch {
    return false;
  }
}
