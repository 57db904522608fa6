import { describe, expect, test } from "vitest";
import { localPath, urlObjection } from "../../src/git/remote-url.ts";

describe("urlObjection", () => {
  test.each([
    "/srv/mound.git",
    "./mound.git",
    "../mound.git",
    "file:///srv/mound.git",
    "https://host/x.git",
    "http://[::1]:80/x.git",
    "ssh://git@host:22/x.git",
    "git@host:x.git",
    "git://host/x.git",
    "/srv/a::b",
    "https://host/a::b",
  ])("%s may be tried", (url) => {
    expect(urlObjection(url)).toBeUndefined();
  });

  test.each([
    "",
    "-x",
    "--upload-pack=sh",
    "ext::sh",
    "EXT::sh",
    "git-x+y::z",
    "::z",
    "origin",
    "a\nb/c",
    "/a\u0000b",
  ])("%j may not", (url) => {
    expect(urlObjection(url)).toEqual(expect.any(String));
  });
});

describe("localPath", () => {
  test("only paths and file URLs of this machine are local", () => {
    expect(localPath("/srv/a b.git")).toBe("/srv/a b.git");
    expect(localPath("file:///srv/a%20b.git")).toBe("/srv/a b.git");
    for (const url of ["host:x.git", "https://host/x", "file://elsewhere/x"])
      expect(localPath(url)).toBeUndefined();
  });
});
