import { expect, test } from "vitest";
import { configFolder } from "../../src/keys/config-folder.ts";

test("MOUND_CONFIG_HOME goes before XDG_CONFIG_HOME, and that before ~/.config", () => {
  const both = { MOUND_CONFIG_HOME: "/mound", XDG_CONFIG_HOME: "/xdg" };
  expect(configFolder(both, "/home/ant", "linux")).toBe("/mound");
  expect(configFolder({ XDG_CONFIG_HOME: "/xdg" }, "/home/ant", "darwin")).toBe("/xdg");
  expect(configFolder({}, "/home/ant", "linux")).toBe("/home/ant/.config");
  expect(configFolder({}, "/Users/ant", "darwin")).toBe("/Users/ant/.config");
});

test("an empty or relative one counts as none", () => {
  const odd = { MOUND_CONFIG_HOME: "", XDG_CONFIG_HOME: "config" };
  expect(configFolder(odd, "/home/ant", "linux")).toBe("/home/ant/.config");
});

test("APPDATA counts on Windows only", () => {
  expect(configFolder({ APPDATA: "/roaming" }, "/home/ant", "win32")).toBe("/roaming");
  expect(configFolder({ APPDATA: "/roaming" }, "/home/ant", "linux")).toBe("/home/ant/.config");
});
