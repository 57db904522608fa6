import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Why git must not be given this URL at all, or undefined. An option, a remote helper (`ext::sh`
 * runs a command) and the name of a configured remote are not places.
 */
export function urlObjection(url: string): string | undefined {
  if (url === "") return "the URL is empty";
  if (url.startsWith("-")) return "a URL must not begin with a hyphen";
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(url)) return "the URL holds control characters";
  if (/^[a-z0-9+.-]*::/i.test(url)) return "remote helpers (`name::...`) are not allowed";
  if (!/[/\\:]/.test(url)) return "neither a URL nor a path";
  return undefined;
}

/** The folder that a `file://` URL or an absolute path names; undefined for anything else. */
export function localPath(url: string): string | undefined {
  if (isAbsolute(url)) return url;
  if (!url.startsWith("file://")) return undefined;
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}
