import { basename } from "node:path";
import { sha256Text } from "../base/sha256.ts";
import { base32 } from "../base/base32.ts";
import { err, ok, type Result } from "../base/result.ts";
import { launchdPlist } from "./launchd.ts";
import { systemdUnit } from "./systemd.ts";

export type ServiceKind = "systemd" | "launchd";

export interface Service {
  /** Absolute path of node. */
  readonly node: string;
  /** Absolute path of the file that node is given: Mound's command. */
  readonly command: string;
  /** Absolute path of the clone. */
  readonly folder: string;
  /** What follows `watch`. */
  readonly args: readonly string[];
  /** What a service manager does not pass on by itself: PATH, and where the keys are. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a program is started with and how it is called, as both formats need it. */
export interface NamedService {
  readonly name: string;
  readonly folder: string;
  readonly argv: readonly string[];
  readonly environment: readonly (readonly [string, string])[];
}

/** A text that cannot stand in the file: with a control character, or a program that systemd refuses. */
export interface ServiceFault {
  readonly code: "service-unfit";
  readonly text: string;
}

/**
 * A systemd user unit or a launchd agent that keeps `mound watch` running on this clone, with comments
 * that say where to put it and how to start it.
 */
export function serviceText(kind: ServiceKind, service: Service): Result<string, ServiceFault> {
  const { node, command, folder, args } = service;
  const argv = [node, command, "-C", folder, "watch", ...args];
  const environment = Object.entries(service.environment ?? {});
  const programs = kind === "systemd" ? [node] : [];
  const unfit =
    programs.find((path) => REFUSED_BY_SYSTEMD.test(path)) ??
    [...argv, ...environment.flat()].find((text) => CONTROL.test(text));
  if (unfit !== undefined) return err({ code: "service-unfit", text: unfit });
  const named = { name: nameOf(folder), folder, argv, environment };
  return ok(kind === "systemd" ? systemdUnit(named) : launchdPlist(named));
}

/** In the path of the program these are an error however they are quoted; in arguments they are not. */
const REFUSED_BY_SYSTEMD = /["'\\]/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\p{Cs}]/u;

/** A name of its own for each clone of a machine, of letters that need no quoting anywhere. */
function nameOf(folder: string): string {
  const words =
    basename(folder)
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  const digest = base32(sha256Text(folder)).slice(0, 6);
  return ["mound-watch", ...words, digest].join("-").slice(-80).replace(/^-/, "");
}
