import type { NamedService } from "./service.ts";

/** An agent in the format of launchd.plist(5). */
export function launchdPlist({ name, argv, environment }: NamedService): string {
  // Two hyphens would end the comment, so it names nothing but the agent.
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Keeps Mound's watcher running. Save this as ~/Library/LaunchAgents/${name}.plist, then:
       launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/${name}.plist
     How it fares, and how to end it:
       launchctl print gui/$(id -u)/${name}
       launchctl bootout gui/$(id -u)/${name} -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${name}</string>
  <key>ProgramArguments</key>
  <array>
${argv.map((word) => `    <string>${escaped(word)}</string>\n`).join("")}  </array>
  <key>EnvironmentVariables</key>
  <dict>
${environment.map(([key, value]) => `    <key>${escaped(key)}</key>\n    <string>${escaped(value)}</string>\n`).join("")}  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>ProcessType</key>
  <string>Background</string>
</dict>
</plist>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
