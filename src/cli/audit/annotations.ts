import { sanitise } from "../sanitise.ts";
import { grouped, type AuditView } from "./shown.ts";

/** GitHub shows ten errors of a step and drops the rest without a word. */
const ANNOTATIONS = 10;

/** Workflow commands that put findings beside their files, for the log of a job. */
export function auditAnnotations({
  findings,
  open,
  repaired,
  strict,
}: AuditView): readonly string[] {
  const failing = findings.filter((finding) => strict || finding.repaired === undefined);
  const shown = failing.slice(0, ANNOTATIONS).map((finding) => {
    const { path, paths, rule, code, commit, message, author, advice } = finding;
    const file = path ?? paths[0];
    const place = file === undefined ? "" : `file=${property(file)},line=1,`;
    const by = author === "" ? "" : ` by ${author}`;
    return `::error ${place}title=${property(`${rule} ${code}`)}::${data(`${message} (commit ${commit}${by}) ${advice}`)}`;
  });
  const more = open + (strict ? repaired : 0) - shown.length;
  const rest = more === 1 ? "1 more finding is" : `${grouped(more)} more findings are`;
  return more === 0 ? shown : [...shown, `::notice::${data(`${rest} in the report.`)}`];
}

function data(text: string): string {
  return sanitise(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
