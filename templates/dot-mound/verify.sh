#!/bin/sh
# Verifies every commit and every record of a mound, from the first, without Mound: with git, ssh-keygen,
# sh, awk, sed and sha256sum (or shasum), in a plain clone. Nobody has to trust Mound to audit a mound.
#
#   git clone URL plan && cd plan
#   git show HEAD:.mound/verify.sh > /tmp/verify.sh     # better: a copy that you have read and kept
#   sh /tmp/verify.sh --id ID
#
# Usage: verify.sh [-C DIR] [--id ID] [--strict] [REVISION]      (HEAD unless said)
#
# It prints a line for each commit that is refused (`refused COMMIT RULE WHAT`, and ` (repaired)` where
# nothing of it is left), and a last line with counts. Exit codes: 0, all is good, or what was refused has
# been repaired; 6, there are findings (with --strict, repaired ones too); 2, usage; 1, it could not be checked.
# As everywhere in Mound a refused commit changes nothing: those after it are judged on what was accepted.
#
# What it checks, under the ids of src/protocol/SPEC.md of Mound:
#   the line        one parent, the commit before; no merge, no other headers; time never runs back; the number
#                   of paths, the size of the records and of the message, unless the commit only restores what
#                   was accepted; the first commit founds, no other (LN1 LN2 LN7 LN9 LN10)
#   commits         the SSH signature, by the key in force of the committer at that moment; the author (LN4 LN5)
#   paths           grammar, modes, removals only as licensed, furniture by roots only, each path once, but that
#                   one which a damaged tree has twice may be cleared away (PA1 to PA6)
#   records         size, text, kind, the names of fields, place, every signature over the exact bytes in the
#                   mound's namespace, by the author's key in force; nonces, times, `seen` (LN3 RE1 to RE10)
#   members         joining, invitations, rotation, withdrawal, revocation, roots and their threshold
#                   (AG1 to AG7, MO2 MO3 MO4, IN1)
#   grants          by a root, with the signatures of as many as the threshold says, once, to a member in force, no
#                   more than may be granted in all (GR1 to GR4)
#   claims          tokens rise by one, one holder at a time, takeover only after the lease, renewal, progress, a
#                   lock file goes only together with an attempt, cancellation, review (CL1 to CL5, CL12, CL13,
#                   AT1 AT2 PR1 CA1 CA2 CA3 RV1 RV2 RV3), the creator of a task (TA0 TA1 TA2), who has a part in
#                   what only others review (RV4)
#   vouches         for whom, for which key, for how long; what is taken back stands (VO1 to VO5)
#   denouncements   of whom, the proof is on the line, two thirds of the roots sign a severity, what is taken back
#                   stands (DN1 DN2 DN3 DN5)
#   capabilities    the load is not above the capacity, nothing is declared twice, what describes a skill names one
#                   that is declared, as far as this check can read it (CP2 CP3 CP4)
#   declines        of tasks that are not over, by who does not hold them, for so long and so many (DE1 to DE4)
#   auctions        bids on what is auctioned and not over, before they close, not by the creator, with a stake that
#                   covers the bond, open or sealed as the task says; reveals of bids that stand, once, in their time
#                   (AU1 to AU5)
#   checkpoints     the commit is on the line, as old as its author says, and has that number; one for each agent
#                   and commit (CK1 CK2 CK3)
#   signals         the topic and the place that it gives, the task exists, the half-life, how many an agent leaves
#                   in an hour (TA0 SG1 SG2)
#   locks           names, one holder at a time, tokens rise by one, takeover only after the lease, the newest
#                   attempt alone stays, how many an agent holds and names (LK1 to LK6, CL2 CL4 CL12 CL13)
# What it cannot check: the digest in a checkpoint, which is of a state that only Mound computes. A false one
# breaks no rule; `mound audit` finds it.
# What it leaves to `mound audit`: the trailers of messages (LN6), the values of fields that it has no use for
# (RE4), the caps of a mound (AG8 TA6 CL11), the limits of settings and of tasks (MO1 TA7), what tasks wait for
# and whether what they name exists (TA3 TA4 CL10), whether vouches let somebody in (AG9), what slashes (DN4), edits of
# a task under way (TA5), skills (CL9), overlapping paths of claimed tasks (CL14), how far anybody is trusted (CL15
# CL16 CL17 RV4), what is locked and forfeited (CL18 LE1), the terms of auctions, who stands behind a bidder, what seals
# hide, how many bids there are, to whom a task is awarded and whose turn it is (TA9 AU2 AU6 AU7 AU8 AU9 CL19). A commit
# that breaks only one of these is taken here. A record in a spelling of YAML that Mound does not write itself
# (flow style, escapes in a name, a field over several lines) is refused here as unreadable (RE2), and so is a
# commit that holds a NUL byte: there this check is stricter.

set -eu
LC_ALL=C
GIT_NO_REPLACE_OBJECTS=1
GIT_GRAFT_FILE=/dev/null
GIT_TERMINAL_PROMPT=0
export LC_ALL GIT_NO_REPLACE_OBJECTS GIT_GRAFT_FILE GIT_TERMINAL_PROMPT
umask 077

fail() { printf '%s\n' "$2" >&2; exit "$1"; }
usage='usage: verify.sh [-C DIR] [--id ID] [--strict] [REVISION]'

dir=. wanted='' strict=0 revision=HEAD
while [ $# -gt 0 ]; do
  case $1 in
    -C) [ $# -gt 1 ] || fail 2 "$usage"; dir=$2; shift ;;
    --id) [ $# -gt 1 ] || fail 2 "$usage"; wanted=$2; shift ;;
    --strict) strict=1 ;;
    -*) fail 2 "$usage" ;;
    *) revision=$1 ;;
  esac
  shift
done
case $wanted in *[!0-9a-z]*) fail 2 "An id has the characters 0-9 and a-z only." ;; esac
[ -z "$wanted" ] || [ ${#wanted} -ge 16 ] || fail 2 "Give at least sixteen characters of the id."

repository() {
  git --no-pager --literal-pathspecs -C "$dir" -c core.quotePath=true -c core.fsmonitor=false \
    -c core.hooksPath=/dev/null -c protocol.allow=never -c advice.graftFileDeprecated=false "$@"
}
digest() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi
}

tip=$(repository rev-parse --verify --quiet --end-of-options "$revision^{commit}") ||
  fail 1 "There is no commit $(printf '%s' "$revision" | tr -cd 'A-Za-z0-9._/@~^-') in this repository."
[ "$(repository rev-parse --is-shallow-repository)" = false ] ||
  fail 1 "This clone is shallow: the first commits are missing. Type: git fetch --unshallow"

work=$(mktemp -d "${TMPDIR:-/tmp}/mound-verify.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The history in one stream: a line `C COMMIT`, then git's raw lines, with odd names quoted by git.
repository log --first-parent --reverse --root --raw --no-renames --no-abbrev --no-color --no-notes \
  --no-show-signature --no-ext-diff --no-textconv --no-relative --no-decorate --no-mailmap \
  --diff-merges=first-parent --ignore-submodules=none -O/dev/null --format='C %H' "$tip" -- \
  > "$work/log" || fail 1 "git cannot read this history; is the clone whole?"

# The mound's id: the SHA-256 of the body of the first mound.yaml, in Crockford's base32.
first=$(sed -n '1s/^C //p' "$work/log")
genesis=$(repository rev-parse --verify --quiet "$first:mound.yaml" || true)
id=
if [ -n "$genesis" ] && [ "$(repository cat-file -t "$genesis")" = blob ] &&
  [ "$(repository cat-file -s "$genesis")" -le 16384 ]; then
  id=$(repository cat-file blob "$genesis" | sed '/^---$/,$d' | digest | awk '{
    bits = ""
    for (i = 1; i <= 64; i++) {
      value = index("0123456789abcdef", substr($1, i, 1)) - 1
      bits = bits int(value / 8) % 2 int(value / 4) % 2 int(value / 2) % 2 value % 2
    }
    bits = bits "0000"
    for (i = 1; i < 260; i += 5) {
      value = 0
      for (j = 0; j < 5; j++) value = 2 * value + substr(bits, i + j, 1)
      text = text substr("0123456789abcdefghjkmnpqrstvwxyz", value + 1, 1)
    }
    print text
  }')
fi
case $id in "$wanted"*) ;; *) fail 6 "refused $first MO2 this is another mound: its id is ${id:-unknown}" ;; esac

# Pieces of some hundred commits, so that only so much lies on the disk at once: the lines of each, and
# the objects that it names. Of a commit with more paths than any may write, not all are looked at.
awk -v work="$work" '
  function turn() {
    if (piece) { close(lines); close(objects) }
    piece++; commits = 0; changes = 0
    lines = work "/lines." piece; objects = work "/objects." piece
    printf "" > objects
    split("", asked)
  }
  function ask(oid) { if (!(oid in asked)) { asked[oid] = 1; print oid > objects } }
  BEGIN { turn() }
  /^C / {
    if (commits >= 500 || changes >= 2000) turn()
    commits++; own = 0
    print > lines
    ask($2)
    next
  }
  /^:/ {
    changes++; own++
    print > lines
    if (own <= 5000 && $2 == "100644") ask($4)
  }
  END { print piece > (work "/pieces") }
' "$work/log"
pieces=$(cat "$work/pieces")

# What carries no signature of its own.
cat > "$work/furniture.awk" <<'AWK'
function furniture(path) {
  return path ~ /^(README\.md|AGENTS\.md|\.gitattributes|\.gitignore|\.gitlab-ci\.yml)$/ || path ~ /^\.(github|forgejo|mound)\//
}
AWK

# Chooses what is read of a piece, by the sizes of its objects and then its lines: each commit, and the records
# of those that are not too large. What brings too much is named, and judged by its paths alone.
cat > "$work/choose.awk" <<'AWK'
function turn(  i) {
  if (COMMIT == "") return
  if (TYPE[COMMIT] == "commit" && SIZE[COMMIT] <= 1048576) want(COMMIT)
  if (CHANGES > (IMPORTING ? 5000 : 200)) print "L\t" COMMIT "\tit changes too many paths" > large
  else if (BYTES > (IMPORTING ? 16777216 : 262144)) print "L\t" COMMIT "\tit brings too many bytes of records" > large
  else for (i = 1; i <= RECORDS; i++) want(RECORD[i])
}
function want(oid) { if (!(oid in WANTED)) { WANTED[oid] = 1; print oid > wanted } }
BEGIN { wanted = work "/wanted"; large = work "/large"; printf "" > wanted; printf "" > large; COMMIT = "" }
FNR == NR {
  if ($2 == "missing") missing = 1
  TYPE[$1] = $2; SIZE[$1] = $3
  next
}
/^C / { turn(); COMMIT = $2; CHANGES = 0; BYTES = 0; RECORDS = 0; IMPORTING = 1; next }
/^:/ {
  CHANGES++
  path = substr($0, index($0, "\t") + 1)
  if ($5 ~ /^D/ || path !~ /\/task\.yaml$/) IMPORTING = 0
  if (CHANGES > 5000 || $2 != "100644" || TYPE[$4] != "blob" || SIZE[$4] > 16384 || furniture(path)) next
  BYTES += SIZE[$4]
  RECORD[++RECORDS] = $4
}
END { turn(); exit missing }
AWK

# Takes the objects apart: facts of each on standard output, and for each signature the bytes that it covers
# (b.N), the armor (s.N) and the key that it says it is by (k.N), named in the list of those to check.
cat > "$work/take.awk" <<'AWK'
function hexes(  i, c) {
  for (i = 0; i < 64; i++) VALUE[substr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", i + 1, 1)] = i
  for (i = 0; i < 256; i++) CHAR[i] = sprintf("%c", i)
}
# SSHSIG, narrower than ssh-keygen reads it, so that a signature has one spelling: ed25519, sha512, nothing
# reserved, lines of 70. Sets KEY; answers what is wrong.
function unarmor(text, lines,  n, i, j, value, bits, length64, pad, at, size, type, blob, start, last) {
  KEY = ""
  split("", BYTES); n = 0
  length64 = length(text); pad = 0
  while (pad < 2 && substr(text, length64 - pad, 1) == "=") pad++
  if (length64 == 0 || length64 % 4 != 0 || lines != int((length64 + 69) / 70)) return "armor"
  if (substr(text, 1, length64 - pad) ~ /[^A-Za-z0-9+\/]/) return "armor"
  for (i = 1; i <= length64; i += 4) {
    value = 0
    for (j = 0; j < 4; j++) value = value * 64 + VALUE[substr(text, i + j, 1)]
    BYTES[n++] = int(value / 65536); BYTES[n++] = int(value / 256) % 256; BYTES[n++] = value % 256
  }
  for (i = n - pad; i < n; i++) if (BYTES[i] != 0) return "armor"
  n -= pad
  if (word(0, 6, n) != "SSHSIG" || number(6, n) != 1) return "version"
  size = number(10, n); start = 14; at = 14 + size
  type = word(start + 4, number(start, n), n)
  if (type == "ssh-ed25519") { if (size != 51) return "key" }
  else if (type == "sk-ssh-ed25519@openssh.com") { if (size < 75) return "key" }
  else return "key"
  last = at
  blob = encode(start, size)
  at += 4 + number(at, n)                       # the namespace, which ssh-keygen is asked for
  if (number(at, n) != 0) return "reserved"
  at += 4
  if (word(at + 4, number(at, n), n) != "sha512") return "hash"
  KEY = type " " blob
  return ""
}
function number(at, n) {
  return at + 4 > n ? -1 : ((BYTES[at] * 256 + BYTES[at + 1]) * 256 + BYTES[at + 2]) * 256 + BYTES[at + 3]
}
function word(at, size, n,  text, i) {
  if (size < 0 || size > 255 || at + size > n) return ""
  for (i = 0; i < size; i++) text = text CHAR[BYTES[at + i]]
  return text
}
function encode(at, size,  text, i, value, left) {
  for (i = 0; i < size; i += 3) {
    left = size - i
    value = BYTES[at + i] * 65536 + (left > 1 ? BYTES[at + i + 1] * 256 : 0) + (left > 2 ? BYTES[at + i + 2] : 0)
    text = text digit(value, 262144) digit(value, 4096) (left > 1 ? digit(value, 64) : "=") (left > 2 ? digit(value, 1) : "=")
  }
  return text
}
function digit(value, unit) {
  return substr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", int(value / unit) % 64 + 1, 1)
}
# Writes one signature for ssh-keygen; answers its number, 0 where it is none that counts.
function keep(armor, text, lines, payload, namespace,  flaw, name) {
  flaw = unarmor(text, lines)
  if (flaw != "") return 0
  signatures++
  name = work "/s." signatures
  printf "%s", armor > name; close(name)
  name = work "/k." signatures
  printf "signer %s\n", KEY > name; close(name)
  name = work "/b." signatures
  printf "%s", payload > name; close(name)
  print signatures, namespace > list
  return signatures
}
function control(line) { return line ~ /[\001-\010\013-\037\177]/ || index(line, "\t") || index(line, "\r") }
function encoded(line) {
  if (line !~ /[\200-\377]/) return 1
  gsub(/[\302-\337][\200-\277]/, "x", line)
  gsub(/\340[\240-\277][\200-\277]/, "x", line)
  gsub(/[\341-\354\356\357][\200-\277][\200-\277]/, "x", line)
  gsub(/\355[\200-\237][\200-\277]/, "x", line)
  gsub(/\360[\220-\277][\200-\277][\200-\277]/, "x", line)
  gsub(/[\361-\363][\200-\277][\200-\277][\200-\277]/, "x", line)
  gsub(/\364[\200-\217][\200-\277][\200-\277]/, "x", line)
  return line !~ /[\200-\377]/
}
function agent(name) { return name ~ /^[a-z0-9][a-z0-9_-]*$/ && length(name) <= 39 ? name : "?" }
function person(text,  open, close_, rest) {
  PERSON = ""; SECONDS = -1
  if (text !~ /^[^<>]*<[^<>]*> [0-9]+ [+-][0-9][0-9][0-9][0-9]$/) return 0
  open = index(text, "<"); close_ = index(text, ">")
  PERSON = substr(text, 1, open - 1)
  sub(/ $/, "", PERSON)
  rest = substr(text, close_ + 2)
  SECONDS = substr(rest, 1, index(rest, " ") - 1)
  return length(SECONDS) <= 12
}
function scalar(text) {
  sub(/^ +/, "", text); sub(/ +$/, "", text)
  if (text ~ /^"/) {
    if (text !~ /^"[^"\\]*"( +#.*)?$/) return "\001"
    return substr(text, 2, index(substr(text, 2), "\"") - 1)
  }
  if (text ~ /^'/) {
    if (text !~ /^'[^']*'( +#.*)?$/) return "\001"
    return substr(text, 2, index(substr(text, 2), "'") - 1)
  }
  sub(/ +#.*$/, "", text)
  if (text ~ /^[][{}&*!|>%@`#,]/ || text ~ /^[-?:]( |$)/ || text ~ /: / || text ~ /:$/) return "\001"
  return text
}
# A record: its body's lines, then its armors.
function record(  i, line, from, key, value, flaw, count, armor, text, inside, payload, lines, open, seen, found, taken) {
  flaw = ""
  if (LINE[COUNT] != "") flaw = "RE2 its last line does not end"
  COUNT--
  if (substr(LINE[1], 1, 3) == "\357\273\277") flaw = "RE2 it begins with a byte order mark"
  for (i = 1; i <= COUNT && flaw == ""; i++) {
    if (control(LINE[i])) flaw = "RE2 it has a control character"
    else if (!encoded(LINE[i])) flaw = "RE2 it is not UTF-8"
    else if (LINE[i] ~ /^(<<<<<<<|=======|>>>>>>>)( |$)/) flaw = "RE2 it has conflict markers"
  }
  for (from = 1; from <= COUNT && LINE[from] != "---"; from++) payload = payload LINE[from] "\n"
  if (flaw == "" && from == 1) flaw = "RE2 it has no body"
  split("", seen); taken = 0
  open = ""
  for (i = 1; i < from && flaw == ""; i++) {
    line = LINE[i]
    if (line ~ /^ *$/ || line ~ /^ *#/) continue
    if (line ~ /^ / || line ~ /^- /) {
      if (open == "block" && line ~ /^ /) continue
      if ((open == "list") && line ~ /^ *- /) {
        value = scalar(substr(line, index(line, "- ") + 2))
        if (value == "\001" && key ~ /^skill_(names|texts)$/) value = "?"
        if (value == "\001") flaw = "RE2 this check cannot read the list " key
        else print "I", oid, key, ++count, value
        continue
      }
      flaw = "RE2 this check cannot read line " i
      continue
    }
    if (line !~ /^[a-z][a-z0-9_-]*:( |$)/) { flaw = "RE2 this check cannot read line " i; continue }
    key = substr(line, 1, index(line, ":") - 1)
    if (key in seen) { flaw = "RE2 the key " key " is there twice"; continue }
    seen[key] = 1
    if (++taken > 64) { flaw = "RE2 it has more than 64 keys"; continue }
    value = substr(line, index(line, ":") + 1)
    sub(/^ +/, "", value)
    count = 0
    if (value ~ /^[|>][0-9+-]*( +#.*)?$/) { open = "block"; print "F", oid, key, ""; continue }
    if (value == "" || value ~ /^#/) { open = "list"; print "F", oid, key, ""; continue }
    open = ""
    if (value == "[]") { print "F", oid, key, ""; continue }
    value = scalar(value)
    # What this check has no use for may be spelled as its author likes.
    if (value == "\001" && key ~ /^(title|body|result|reason|note|name|checkpoint|x-.*)$/) value = "?"
    if (value == "\001") flaw = "RE2 this check cannot read the field " key
    else print "F", oid, key, value
    if (key == "key" && value ~ /^(sk-)?ssh-[a-z0-9@.-]* [A-Za-z0-9+\/]*=*$/) print value > keys
  }
  found = 0
  for (i = from; i <= COUNT && flaw == ""; ) {
    if (LINE[i] != "---" || LINE[i + 1] != "-----BEGIN SSH SIGNATURE-----" || found == 16) { flaw = "RE2 what follows the body is no signature"; break }
    armor = LINE[i + 1] "\n"; text = ""; lines = 0
    for (i += 2; i <= COUNT && LINE[i] != "-----END SSH SIGNATURE-----"; i++) {
      armor = armor LINE[i] "\n"; text = text LINE[i]; lines++
      if (length(LINE[i]) != 70 && LINE[i + 1] != "-----END SSH SIGNATURE-----") flaw = "RE6 its signature is not wrapped as ssh-keygen wraps it"
    }
    if (i > COUNT) { flaw = "RE2 its signature does not end"; break }
    armor = armor LINE[i] "\n"; i++; found++
    print "S", oid, keep(armor, text, lines, payload, oid == genesis ? "genesis@mound" : "record@" id), KEY
  }
  print "R", oid, flaw
}
function commit(  i, line, header, value, tree, parents, flaw, author, committer, time, armor, text, lines, payload, message, nr) {
  flaw = ""; parents = ""; tree = 0; armor = ""; author = "?"; committer = "?"; time = 0; payload = ""
  text = ""; lines = 0; message = 0; nr = 0
  for (i = 1; i <= COUNT && LINE[i] != ""; i++) {
    line = LINE[i]
    if (line ~ /^ / && header == "gpgsig") {
      line = substr(line, 2)
      armor = armor line "\n"
      if (line !~ /^-----/) { text = text line; lines++ }
      else if (line != "-----END SSH SIGNATURE-----") flaw = "its signature is none of ssh"
      if (line !~ /^-----/ && length(line) != 70 && LINE[i + 1] != " -----END SSH SIGNATURE-----") flaw = "its signature is not wrapped as ssh-keygen wraps it"
      continue
    }
    header = substr(line, 1, index(line, " ") - 1); value = substr(line, index(line, " ") + 1)
    if (header == "tree" && value ~ /^[0-9a-f]+$/) tree++
    else if (header == "parent" && value ~ /^[0-9a-f]+$/) parents = parents " " value
    else if (header == "author" && author == "?" && person(value)) author = agent(PERSON) "!"
    else if (header == "committer" && committer == "?" && person(value)) { committer = agent(PERSON) "!"; time = SECONDS }
    else if (header == "gpgsig" && armor == "") {
      if (value != "-----BEGIN SSH SIGNATURE-----") flaw = "its signature is none of ssh"
      armor = value "\n"
      continue
    } else flaw = "it has a header that git does not write"
    payload = payload line "\n"
  }
  if (tree != 1 || author !~ /!$/ || committer !~ /!$/) flaw = flaw == "" ? "it is not a commit that git writes" : flaw
  if (i > COUNT) flaw = "it is not a commit that git writes"
  for (; i <= COUNT; i++) {
    payload = payload LINE[i] (i < COUNT ? "\n" : "")
    if (!encoded(LINE[i])) flaw = "it is not UTF-8"
    if (nr++) message += length(LINE[i]) + 1
  }
  message -= 1
  sub(/!$/, "", author); sub(/!$/, "", committer)
  i = armor == "" || flaw ~ /signature/ ? 0 : keep(armor, text, lines, payload, "git")
  print "K", oid, author, committer, time, message, i, (i ? KEY : "- -"), flaw == "" ? "-" : flaw, parents
}
BEGIN { FS = "\n"; OFS = "\t"; hexes(); list = work "/list"; keys = work "/keys"; printf "" > list; printf "" > keys; signatures = 0; left = -1 }
left < 0 {
  split($0, part, " ")
  oid = part[1]; type = part[2]; left = part[3] + 1; COUNT = 0
  split("", LINE)
  next
}
{
  LINE[++COUNT] = $0
  left -= length($0) + 1
  if (left > 0) next
  left = -1
  if (type == "commit") commit()
  else record()
}
AWK

cat > "$work/judge.awk" <<'AWK'
function get(key) { return key in S ? S[key] : "" }
# What was in force before the commit.
function was(key) { return key in OLD ? OLD[key] : get(key) }
function put(key, value) { if (!(key in OLD)) OLD[key] = get(key); S[key] = value }
function legal(path,  n, i, part, plain, low) {
  n = split(path, part, "/")
  if (length(path) > 400 || n > 6) return 0
  plain = !furniture(path)
  for (i = 1; i <= n; i++) {
    if (length(part[i]) > 80 || index(part[i], "..") || part[i] ~ /\.$/) return 0
    low = tolower(part[i])
    if (low ~ /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$/) return 0
    if (low ~ /\.lock$/ && (!plain || part[i] != "claim.lock")) return 0
    if (plain && part[i] !~ /^[a-z0-9][a-z0-9._-]*$/) return 0
    if (!plain && (part[i] !~ /^[A-Za-z0-9._][A-Za-z0-9._-]*$/ || low == ".git" || low ~ /^git~/)) return 0
  }
  return 1
}
function isAgent(text) { return text ~ /^[a-z0-9][a-z0-9_-]*$/ && length(text) <= 39 }
function isTask(text,  tail) {
  tail = substr(text, 8)
  if (length(text) < 7 || length(text) > 48 || substr(text, 1, 7) ~ /[^0-9a-hjkmnp-tv-z]/) return 0
  return tail ~ /^(-[a-z0-9][a-z0-9]*)*$/ && gsub(/-/, "-", tail) <= 12
}
function isTopic(text,  name) {
  if (text ~ /^task\//) return isTask(substr(text, 6))
  if (text !~ /^path\//) return text ~ /^[a-z0-9][a-z0-9+._-]*$/ && length(text) <= 40 && text !~ /^(task|path|word)$/
  name = substr(text, 6)
  if (length(name) > 200 || name ~ /[^A-Za-z0-9._@+\/-]/ || ("/" name "/") ~ /\/\.?\.?\//) return 0
  return length(escaped(name)) <= 231
}
# A path of code, or a word, in the characters that a path on the line may have.
function escaped(name,  i, c, text) {
  for (i = 1; i <= length(name); i++) {
    c = substr(name, i, 1)
    text = text (c == "." ? "-" : c == "/" ? "__" : c == "-" ? "_-" : c == "_" ? "_0" : c == "@" ? "_1" : c == "+" ? "_2" : c ~ /[A-Z]/ ? "_" tolower(c) : c)
  }
  return text
}
function topicFolder(topic,  family, name, sum, text, i) {
  if (topic ~ /^task\//) return "task/" substr(topic, 6, 2) "/" substr(topic, 6)
  family = topic ~ /^path\// ? "path" : "word"
  name = family == "path" ? substr(topic, 6) : topic
  sum = 0
  for (i = 1; i <= length(name); i++) sum = (sum * 31 + index("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+-/", substr(name, i, 1))) % 100
  family = family "-" (sum < 10 ? "0" : "") sum
  for (text = escaped(name); text != ""; text = substr(text, 78)) family = family "/at-" substr(text, 1, 77)
  return family
}
function isCount(text, least) { return text ~ /^(0|[1-9][0-9]*)$/ && length(text) <= 7 && text + 0 >= least && text + 0 <= 1000000 }
# Milliseconds since 1970; -1 where it is no such time.
function instant(text,  y, m, d, h, i, s, days, leap, most) {
  if (length(text) != 24 || text !~ /^[0-9]*-[0-9]*-[0-9]*T[0-9]*:[0-9]*:[0-9]*\.[0-9]*Z$/) return -1
  if (substr(text, 5, 1) substr(text, 8, 1) substr(text, 11, 1) substr(text, 14, 1) substr(text, 17, 1) substr(text, 20, 1) != "--T::.") return -1
  y = substr(text, 1, 4) + 0; m = substr(text, 6, 2) + 0; d = substr(text, 9, 2) + 0
  h = substr(text, 12, 2) + 0; i = substr(text, 15, 2) + 0; s = substr(text, 18, 2) + 0
  leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0
  most = m == 2 ? 28 + leap : (m == 4 || m == 6 || m == 9 || m == 11) ? 30 : 31
  if (y < 1970 || m < 1 || m > 12 || d < 1 || d > most || h > 23 || i > 59 || s > 59) return -1
  days = 365 * (y - 1970) + int((y - 1) / 4) - int((y - 1) / 100) + int((y - 1) / 400) - 477
  days += substr("000031059090120151181212243273304334", 3 * m - 2, 3) + (m > 2 && leap) + d - 1
  return ((days * 24 + h) * 60 + i) * 60000 + s * 1000 + substr(text, 21, 3)
}
# Milliseconds; 0 where it is no duration.
function duration(text,  total, rest, size, unit, units) {
  total = 0; rest = text; units = "dhms"
  while (rest != "") {
    if (!match(rest, /^[0-9][0-9]*[dhms]/)) return 0
    unit = substr(rest, RLENGTH, 1)
    if (!index(units, unit)) return 0
    units = substr(units, index(units, unit) + 1)
    size = substr(rest, 1, RLENGTH - 1)
    if (length(size) > (unit == "s" ? 6 : unit == "m" ? 5 : 4)) return 0
    total += size * (unit == "d" ? 86400000 : unit == "h" ? 3600000 : unit == "m" ? 60000 : 1000)
    rest = substr(rest, RLENGTH + 1)
  }
  return total
}
# `SHA256:...` as a path has it: the same 32 bytes in base32.
function segment(print_,  i, j, value, bits, text) {
  if (print_ !~ /^SHA256:[A-Za-z0-9+\/]*$/ || length(print_) != 50) return ""
  for (i = 8; i <= 50; i++) {
    value = index("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", substr(print_, i, 1)) - 1
    for (j = 32; j >= 1; j /= 2) bits = bits int(value / j) % 2
  }
  bits = substr(bits, 1, 256) "0000"
  for (i = 1; i < 260; i += 5) {
    value = 0
    for (j = 0; j < 5; j++) value = 2 * value + substr(bits, i + j, 1)
    text = text substr("0123456789abcdefghjkmnpqrstvwxyz", value + 1, 1)
  }
  return text
}

# The fields of the record under judgement.
function has(name) { return (BLOB, name) in FIELD }
function field(name) { return has(name) ? FIELD[BLOB, name] : "" }
function signed(key,  i) {
  for (i = 1; i <= SIGNED[BLOB]; i++) if (SIGNER[BLOB, i] == key) return 1
  return 0
}
function active(name) { return get("agent/" name "/status") == "active" }
function inForce(name) { return was("agent/" name "/status") == "active" ? was("agent/" name "/key") : "" }
function actingKey(name,  status) {
  status = was("agent/" name "/status")
  if (status == "revoked") return ""
  if (status != "") return was("agent/" name "/key")
  return ("agents/" name "/agent.yaml") in AT ? FIELD[AT["agents/" name "/agent.yaml"], "key"] : ""
}
function isRoot(name, key,  i) {
  for (i = 1; i <= was("mound/roots"); i++)
    if (was("mound/root/" i) == name && inForce(name) != "" && was("mound/rootkey/" i) == inForce(name))
      return key == "" || key == inForce(name)
  return 0
}
function rootsAmong(  i, n, name) {
  n = 0
  for (i = 1; i <= was("mound/roots"); i++) {
    name = was("mound/root/" i)
    if (isRoot(name, "") && signed(inForce(name))) n++
  }
  return n
}
function rootsBefore(  i, n) {
  n = 0
  for (i = 1; i <= was("mound/roots"); i++) if (isRoot(was("mound/root/" i), "")) n++
  return n
}
function rootsNow(  i, n, name) {
  n = 0
  for (i = 1; i <= get("mound/roots"); i++) {
    name = get("mound/root/" i)
    if (active(name) && get("agent/" name "/key") == get("mound/rootkey/" i)) n++
  }
  return n
}
function setting(name, other) { return get("mound/" name) == "" ? other : get("mound/" name) }

# What a record says of itself.
function shape(path,  kind, i, name, part, n) {
  kind = field("kind")
  if (!(kind in NAMES)) return "RE3 its kind is unknown"
  n = split(KEYS[BLOB], part, " ")
  for (i = 1; i <= n; i++) {
    name = part[i]
    if (name !~ /^x-/ && !index(NAMES[kind], " " name " ")) return "RE4 " name " is not a field of its kind"
  }
  n = split(NEEDED[kind], part, " ")
  for (i = 1; i <= n; i++) if (!has(part[i])) return "RE4 " part[i] " is missing"
  if (instant(field("at")) < 0) return "RE4 at is no time"
  if (has("until") && instant(field("until")) < 0) return "RE4 until is no time"
  if (length(field("nonce")) != 16 || field("nonce") ~ /[^0-9a-hjkmnp-tv-z]/) return "RE4 its nonce is none"
  if (has("seen") && (length(field("seen")) != 40 || field("seen") ~ /[^0-9a-f]/)) return "RE4 seen is no commit"
  n = split("agent creator by operator reviewer to subject issuer", part, " ")
  for (i = 1; i <= n; i++) if (has(part[i]) && !isAgent(field(part[i]))) return "RE4 " part[i] " is no name"
  if (has("task") && !isTask(field("task")) || has("id") && kind != "grant" && !isTask(field("id"))) return "RE4 it names no task"
  if (has("token") && !isCount(field("token"), 1) || has("n") && !isCount(field("n"), 1)) return "RE4 its number is none"
  if (has("outcome") && field("outcome") !~ /^(done|failed|released|expired|cancelled)$/) return "RE4 its outcome is none"
  if (has("verdict") && field("verdict") !~ /^(accepted|rejected)$/) return "RE4 its verdict is none"
  if (kind == "agent" && has("status") && field("status") !~ /^(active|withdrawn|revoked)$/) return "RE4 its status is none"
  if (kind == "agent" && field("key") !~ /^(ssh-ed25519|sk-ssh-ed25519@openssh\.com) [A-Za-z0-9+\/]*=*$/) return "RE4 its key is none"
  if (kind == "vouch") {
    if (length(field("fingerprint")) != 50 || field("fingerprint") !~ /^SHA256:[A-Za-z0-9+\/]*$/) return "RE4 its fingerprint is none"
    if (field("scope") !~ /^[a-z0-9][a-z0-9+._>=<-]*\*?$/ || length(field("scope")) > (field("scope") ~ /\*$/ ? 41 : 40)) return "RE4 its scope is none"
    if (field("level") !~ /^(low|medium|high)$/) return "RE4 its level is none"
  }
  if (kind == "denounce") {
    if (length(field("proof")) != 40 || field("proof") ~ /[^0-9a-f]/) return "RE4 its proof is no commit"
    if (has("severity") && field("severity") !~ /^(quarter|half|whole)$/) return "RE4 its severity is none"
  }
  if (kind ~ /^(vouch|denounce)$/ && has("status") && field("status") != "withdrawn") return "RE4 its status is none"
  if (kind == "task" && has("value") && !isCount(field("value"), 1) || kind == "mound" && has("review_value") && !isCount(field("review_value"), 0)) return "RE4 a value is none"
  if (kind == "task" && has("attempts") && (!isCount(field("attempts"), 1) || field("attempts") > 99)) return "RE4 attempts is no number"
  if (kind == "grant" && (field("id") !~ /^[a-z0-9][a-z0-9-]*$/ || length(field("id")) > 39)) return "RE4 its name is none"
  if (kind == "grant" && (!isCount(field("amount"), 1) || field("reason") == "")) return "RE4 it says no amount, or no reason"
  if (kind == "task" && (has("bids_until") && instant(field("bids_until")) < 0 || has("reveals_until") && instant(field("reveals_until")) < 0)) return "RE4 a time is none"
  if (kind == "task" && has("value") && !isCount(field("value"), 1)) return "RE4 its value is none"
  if (kind == "bid" && has("stake") && !isCount(field("stake"), 1)) return "RE4 its stake is none"
  if (kind == "bid" && has("seal") && (length(field("seal")) != 64 || field("seal") ~ /[^0-9a-f]/)) return "RE4 its seal is none"
  if (kind == "bid" && has("status") && field("status") != "withdrawn") return "RE4 its status is none"
  if (kind ~ /^(bid|reveal)$/ && has("eta") && !duration(field("eta"))) return "RE4 its eta is none"
  if (kind == "reveal" && (length(field("salt")) != 32 || field("salt") ~ /[^0-9a-f]/)) return "RE4 its salt is none"
  if (kind ~ /^lock/ && field("name") !~ /^[a-z0-9][a-z0-9._\/-]*$/) return "RE4 its name is none"
  if (kind == "lock-attempt" && field("outcome") !~ /^(released|expired)$/) return "RE4 its outcome is none"
  if (kind == "checkpoint") {
    if (length(field("commit")) != 40 || field("commit") ~ /[^0-9a-f]/) return "RE4 it names no commit"
    if (field("number") !~ /^[1-9][0-9]*$/ || length(field("number")) > 10 || field("number") + 0 > 1000000000) return "RE4 its number is none"
    if (length(field("digest")) != 64 || field("digest") ~ /[^0-9a-f]/) return "RE4 its digest is none"
  }
  if (kind == "signal") {
    if (!isTopic(field("topic"))) return "RE4 its topic is none"
    if (field("mark") !~ /^(need|stuck|heat|warn|trail)$/) return "RE4 its mark is none"
    if (!isCount(field("strength"), 0) || field("strength") > 10) return "RE4 its strength is none"
    if (has("half_life") && !duration(field("half_life"))) return "RE4 its half-life is none"
  }
  if (place(kind) != path) return "RE5 it does not lie where its fields say"
  if (!SIGNED[BLOB]) return "RE6 it is not signed"
  for (i = 1; i <= SIGNED[BLOB]; i++) {
    if (!(SIGNATURE[BLOB, i] in GOOD)) return "RE6 a signature is not valid"
    if (i > 1 && SIGNER[BLOB, i] "" <= SIGNER[BLOB, i - 1] "") return "RE6 the signatures are not in order of key"
  }
  return ""
}
function folder(id) { return "tasks/" substr(id, 1, 2) "/" id }
function place(kind) {
  if (kind == "mound") return "mound.yaml"
  if (kind == "agent") return "agents/" field("agent") "/agent.yaml"
  if (kind == "capabilities") return "agents/" field("agent") "/capabilities.yaml"
  if (kind == "invite") return "invites/" segment(field("fingerprint")) ".yaml"
  if (kind == "grant") return "grants/" field("id") ".yaml"
  if (kind == "vouch") return "vouches/" field("subject") "/" field("issuer") ".yaml"
  if (kind == "denounce") return "denounces/" field("subject") "/" field("issuer") ".yaml"
  if (kind == "task") return folder(field("id")) "/task.yaml"
  if (kind == "claim") return folder(field("task")) "/claim.lock"
  if (kind == "attempt") return folder(field("task")) "/attempts/" field("token") ".yaml"
  if (kind == "review") return folder(field("task")) "/reviews/" field("token") ".yaml"
  if (kind == "cancel") return folder(field("task")) "/cancel.yaml"
  if (kind == "decline") return folder(field("task")) "/declines/" field("agent") ".yaml"
  if (kind == "bid") return folder(field("task")) "/bids/" field("agent") ".yaml"
  if (kind == "reveal") return folder(field("task")) "/reveals/" field("agent") ".yaml"
  if (kind == "checkpoint") return "checkpoints/" field("commit") "/" field("agent") ".yaml"
  if (kind == "signal") return "signals/" topicFolder(field("topic")) "/" field("agent") ".yaml"
  if (kind == "lock") return "locks/" field("name") "/claim.lock"
  if (kind == "lock-attempt") return "locks/" field("name") "/attempts/" field("token") ".yaml"
  return folder(field("task")) "/progress/" field("token") "-" field("n") ".yaml"
}
function actor(kind) {
  if (kind == "mound") return AUTHOR
  if (kind == "task") return field("creator")
  if (kind == "invite" || kind == "grant") return field("by")
  if (kind ~ /^(vouch|denounce)$/) return field("issuer")
  if (kind == "agent" && has("by")) return field("by")
  return field("agent")
}

# What holds of every record.
function common(path,  kind, key, at, skew, own) {
  kind = field("kind")
  if (actor(kind) != AUTHOR) return "LN5 it names " actor(kind) ", and the author is " AUTHOR
  key = actingKey(AUTHOR)
  if (key == "") return "AG1 " AUTHOR " is not a member"
  if (!signed(key)) return "RE7 it is not signed with the key in force of " AUTHOR
  at = instant(field("at")); skew = FOUNDING ? 120000 : setting("skew", 120000)
  if (at < TIME - skew || at > TIME + skew) return "LN3 its time is too far from the commit's"
  if (get("nonce/" field("nonce")) != "") return "RE8 its nonce was used before"
  if (was("file/" path) != "" && at <= was("time/" path)) return "RE9 it is not later than what it replaces"
  own = path == "agents/" AUTHOR "/agent.yaml"
  if (!FOUNDING && !own && !active(AUTHOR)) return "AG1 " AUTHOR " is not a member in force"
  if (!has("seen") && !FOUNDING || has("seen") && was("commit/" field("seen")) == "") return "RE10 its seen never landed"
  return ""
}
function judgeKind(kind) {
  if (kind == "mound") return judgeMound()
  if (kind == "agent") return judgeAgent()
  if (kind == "invite") {
    if (!isRoot(AUTHOR, "")) return "IN1 " AUTHOR " is not a root"
    put("invite/" field("fingerprint"), 1)
    return ""
  }
  if (kind == "grant") return judgeGrant()
  if (kind == "vouch") return judgeVouch(field("subject"))
  if (kind == "denounce") return judgeDenounce(field("subject"))
  if (kind == "capabilities") return judgeCapabilities()
  if (kind == "task") return judgeTask()
  if (kind == "checkpoint") return judgeCheckpoint()
  if (kind == "signal") return judgeSignal()
  if (kind == "lock") return judgeLock(field("name"))
  if (kind == "lock-attempt") return judgeLockAttempt(field("name"))
  ID = field("task")
  if (get("task/" ID) == "") return "TA0 there is no task " ID
  if (kind == "claim") return judgeClaim()
  if (kind == "attempt") return judgeAttempt()
  if (kind == "cancel") return judgeCancel()
  if (kind == "progress") return judgeProgress()
  if (kind == "decline") return judgeDecline()
  if (kind == "bid") return judgeBid()
  if (kind == "reveal") return judgeReveal()
  return judgeReview()
}
function judgeMound(  n, i, item, name, key, founder, names) {
  n = ITEMS[BLOB, "roots"]
  if (!isCount(field("threshold"), 1) || field("threshold") + 0 > 16 || !isCount(field("protocol"), 1)) return "RE4 a number is none"
  if (field("membership") !~ /^(open|invited|vouched)$/) return "RE4 its membership is none"
  if ((has("skew") && !duration(field("skew"))) || (has("lease_max") && !duration(field("lease_max")))) return "RE4 a duration is none"
  if (n + 0 < 1 || field("threshold") + 0 > n) return "MO1 its settings cannot work"
  founder = ""
  for (i = 1; i <= n; i++) {
    item = ITEM[BLOB, "roots", i]
    name = substr(item, 1, index(item, " ") - 1); key = substr(item, index(item, " ") + 1)
    if (!isAgent(name) || key !~ /^(ssh-ed25519|sk-ssh-ed25519@openssh\.com) [A-Za-z0-9+\/]*=*$/) return "RE4 a root is none"
    if (index(names, " " name " ")) return "MO1 a root is listed twice"
    names = names " " name " "
    if (name == AUTHOR) founder = key
  }
  if (FOUNDING) {
    if (field("protocol") != "1") return "LN8 its protocol is unknown"
    if (founder == "" || !signed(founder)) return "MO2 its founder is no root, or has not signed"
  } else {
    if (!isRoot(AUTHOR, "")) return "MO3 " AUTHOR " is not a root"
    if (rootsAmong() < was("mound/threshold")) return "MO3 too few roots have signed"
  }
  put("mound", 1); put("mound/protocol", field("protocol")); put("mound/threshold", field("threshold") + 0)
  put("mound/membership", field("membership")); put("mound/roots", n)
  put("mound/skew", has("skew") ? duration(field("skew")) : 120000)
  put("mound/review", field("review_value") + 0)
  put("mound/lease", has("lease_max") ? duration(field("lease_max")) : 28800000)
  for (i = 1; i <= n; i++) {
    item = ITEM[BLOB, "roots", i]
    put("mound/root/" i, substr(item, 1, index(item, " ") - 1)); put("mound/rootkey/" i, substr(item, index(item, " ") + 1))
  }
  return ""
}
function judgeAgent(  name, key, status, current) {
  name = field("agent"); key = field("key"); status = has("status") ? field("status") : "active"
  current = "agent/" name
  if (was(current "/status") == "") {
    if (has("by") || status != "active") return "AG2 a new agent is active, and written by itself"
    if (was("key/" key) != "") return "AG3 its key is that of " was("key/" key)
    if (!FOUNDING && get("mound/membership") == "invited" && was("invite/" PRINT[key]) == "" && !rootsAmong()) return "AG4 its key is not invited"
  } else {
    if (was(current "/status") == "revoked") return "AG5 who is revoked stays revoked"
    if (AUTHOR != name) {
      if (!isRoot(AUTHOR, "")) return "AG7 " AUTHOR " is not a root"
      if (status != "revoked" || key != was(current "/key") || field("name") != was(current "/name") || field("operator") != was(current "/operator"))
        return "AG7 a root may only revoke"
    } else if (key != was(current "/key")) {
      if (!signed(key)) return "AG6 the new key has not signed"
      if (was("key/" key) != "") return "AG3 its key is that of " was("key/" key)
    }
  }
  put("key/" key, name); put(current "/key", key); put(current "/status", status)
  put(current "/name", field("name")); put(current "/operator", field("operator"))
  put(current "/behind", has("operator") && inForce(field("operator")) != "" && signed(inForce(field("operator"))) ? field("operator") : "")
  return ""
}
# Who is behind a member in the end: its operator, and so on, as far as each has signed.
function behind(name,  step, i, chain, next_) {
  chain[0] = name
  for (step = 0; step < 8; step++) {
    next_ = was("agent/" chain[step] "/behind")
    if (next_ == "") return chain[step]
    for (i = 0; i <= step; i++) if (chain[i] == next_) {
      # Of those in a circle the first by name.
      for (; i <= step; i++) if (chain[i] < next_) next_ = chain[i]
      return next_
    }
    chain[step + 1] = next_
  }
  return chain[8]
}
function judgeVouch(name,  length_, key) {
  if (has("status")) {
    if (get("vouch/" name "/" AUTHOR) == "" || TIME >= get("vouch/" name "/" AUTHOR)) return "VO5 " AUTHOR " does not vouch for " name
    put("vouch/" name "/" AUTHOR, "")
    return ""
  }
  key = was("agent/" name "/key"); length_ = instant(field("until")) - instant(field("at"))
  if (name == AUTHOR || PRINT[was("agent/" AUTHOR "/key")] == field("fingerprint")) return "VO1 nobody vouches for themselves"
  if (behind(name) == behind(AUTHOR)) return "VO2 one operator is behind " name " and " AUTHOR
  if (was("agent/" name "/status") == "revoked") return "VO3 " name " is revoked"
  if (key != "" && PRINT[key] != field("fingerprint")) return "VO3 the key in force of " name " is another"
  if (length_ <= 0 || length_ > 31622400000) return "VO4 it ends too soon or too late"
  put("vouch/" name "/" AUTHOR, instant(field("until")))
  return ""
}
function judgeDenounce(name,  i, all, found) {
  if (has("status")) {
    if (get("denounced/" name "/" AUTHOR) == "") return "DN5 " AUTHOR " has not denounced " name
    put("denounced/" name "/" AUTHOR, "")
    return ""
  }
  if (was("agent/" name "/status") == "" || name == AUTHOR) return "DN1 " name " is nobody that " AUTHOR " could denounce"
  if (was("commit/" field("proof")) == "") return "DN2 its proof is no commit of the line"
  if (has("severity") && rootsAmong() * 3 < rootsBefore() * 2) return "DN3 too few roots have signed"
  put("denounced/" name "/" AUTHOR, 1)
  return ""
}
function judgeGrant() {
  if (FOUNDING || !isRoot(AUTHOR, "")) return "GR1 " AUTHOR " is not a root"
  if (rootsAmong() < was("mound/threshold")) return "GR1 too few roots have signed"
  if (get("grant/" field("id")) != "") return "GR2 there is a grant " field("id") " already"
  if (!active(field("to"))) return "GR3 " field("to") " is not a member in force"
  if (get("granted") + field("amount") > 1000000000000) return "GR4 too many credits are granted"
  put("grant/" field("id"), 1); put("granted", get("granted") + field("amount"))
  return ""
}
function judgeTask(  head) {
  ID = field("id"); head = "head/" substr(ID, 1, 7)
  if (was("task/" ID) == "") {
    if (get(head) != "") return "TA1 there is such a task already"
    put("task/" ID, AUTHOR); put(head, ID); put("token/" ID, 0)
  } else {
    if (was("task/" ID) != AUTHOR) return "TA2 it is not its creator's"
    if (get("cancelled/" ID) != "") return "TA5 it is cancelled"
  }
  put("reviewer/" ID, has("reviewer") ? field("reviewer") : AUTHOR)
  put("value/" ID, field("value") + 0)
  put("most/" ID, has("attempts") ? field("attempts") + 0 : 3)
  put("bids/" ID, has("mode") ? instant(field("bids_until")) : ""); put("reveals/" ID, has("mode") ? instant(field("reveals_until")) : "")
  put("sealing/" ID, has("bids") ? field("bids") : "sealed"); put("bond/" ID, has("value") ? int((field("value") + 9) / 10) : 1)
  return ""
}
function holds(name, token) { return get("holder/" ID) == name && get("under/" ID) == token + 0 }
function lapsed() { return get("holder/" ID) != "" && TIME >= get("until/task/" ID) }
function failures(more,  text, part) {
  text = get("failed/" ID)
  if (more != "" && !index(text, " " more " ")) text = text " " more " "
  return split(text, part, " ")
}
function refuseTaking(name,  held) {
  held = get("holder/" ID)
  if (!active(name)) return "AG1 " name " is not a member in force"
  if (get("cancelled/" ID) != "") return "CL1 " ID " is cancelled"
  if (held != "" && !lapsed()) return "CL1 " ID " is held by " held
  if (held != "" && failures(held) >= get("most/" ID) && !(held == name && failures("") < get("most/" ID))) return "CL1 the attempts of " ID " are used up"
  if (held == "" && get("done/" ID) != "") return "CL1 " ID " is done"
  if (held == "" && failures("") >= get("most/" ID)) return "CL1 the attempts of " ID " are used up"
  return ""
}
function judgeClaim(  token, until, length_, fault) {
  token = field("token") + 0; until = instant(field("until")); length_ = until - instant(field("at"))
  if (length_ < 1000 || length_ > setting("lease", 28800000)) return "CL13 its lease is too short or too long"
  if (holds(AUTHOR, token)) {
    if (until <= get("until/task/" ID)) return "CL2 a renewal ends later than the lease before it"
    fault = lapsed() ? refuseTaking(AUTHOR) : ""
    if (fault != "") return fault
  } else {
    if (token <= get("token/" ID) && get("holder/" ID) != "") return "CL4 token " token " of " ID " is not the current one"
    fault = refuseTaking(AUTHOR)
    if (fault != "") return fault
    if (get("holder/" ID) != "") return "CL1 the lapsed token needs its attempt in the same commit"
    if (token != get("token/" ID) + 1) return "CL12 its token is not one more than the last"
    claims++
  }
  put("token/" ID, token); put("holder/" ID, AUTHOR); put("under/" ID, token); put("until/task/" ID, until)
  return ""
}
function judgeAttempt(  outcome, token, holder) {
  outcome = field("outcome"); token = field("token") + 0; holder = get("holder/" ID)
  if (outcome == "expired" || outcome == "cancelled") {
    if (holder == "" || get("under/" ID) != token) return "CL4 token " token " of " ID " is not the current one"
    if (outcome == "cancelled" && !((folder(ID) "/cancel.yaml") in AT)) return "AT2 only a cancellation ends a claim as cancelled"
    if (outcome == "expired" && !lapsed()) return "AT1 the lease of " holder " has not lapsed"
    if (outcome == "expired" && !((folder(ID) "/claim.lock") in AT)) return "AT1 only a takeover ends a claim as expired"
    if (outcome == "expired") takeovers++
  } else if (!holds(AUTHOR, token)) return "CL4 " AUTHOR " does not hold " ID " under token " token
  LICENSED[folder(ID) "/claim.lock"] = 1
  put("holder/" ID, "")
  put("done/" ID, outcome == "done" ? token : ""); put("doer/" ID, holder); put("reviewed/" ID, "")
  put("apart/" ID, outcome == "done" && get("mound/review") > 0 && get("value/" ID) >= get("mound/review") ? 1 : "")
  if ((outcome == "failed" || outcome == "expired") && !index(get("failed/" ID), " " holder " ")) put("failed/" ID, get("failed/" ID) " " holder " ")
  return ""
}
function judgeCancel() {
  if (AUTHOR != get("task/" ID) && !isRoot(AUTHOR, "")) return "CA1 " AUTHOR " is neither its creator nor a root"
  if (get("cancelled/" ID) != "" || get("done/" ID) != "") return "CA2 " ID " is over"
  if (get("holder/" ID) != "") return "CA3 a cancellation ends the claim in the same commit"
  put("cancelled/" ID, 1)
  return ""
}
function judgeProgress(  token, n) {
  token = field("token") + 0; n = field("n") + 0
  if (!holds(AUTHOR, token)) return "CL4 " AUTHOR " does not hold " ID " under token " token
  if (n != (get("progress/" ID) == token ? get("count/" ID) : 0) + 1) return "PR1 it is not the next progress"
  if (!((folder(ID) "/claim.lock") in AT)) return "CL5 progress renews the claim in the same commit"
  put("progress/" ID, token); put("count/" ID, n)
  return ""
}
# Whether an operator ties the author to another: one behind both, one that the author names, one that signed the other's record.
function tied(other,  mine, theirs) {
  mine = get("agent/" AUTHOR "/operator"); theirs = get("agent/" other "/behind")
  return behind(AUTHOR) == behind(other) || mine == other || theirs == AUTHOR || (mine != "" && mine == theirs)
}
function judgeReview(  maker, apart) {
  maker = get("task/" ID); apart = get("done/" ID) != "" && get("apart/" ID) != ""
  if (!apart && AUTHOR != maker && AUTHOR != get("reviewer/" ID)) return "RV1 " AUTHOR " is not asked to review " ID
  if (get("done/" ID) == "" || get("reviewed/" ID) != "" || get("done/" ID) != field("token") + 0) return "RV2 that attempt is not to be reviewed"
  if (get("doer/" ID) == AUTHOR) return "RV3 nobody reviews their own work"
  if (apart && (maker == AUTHOR || tied(maker) || tied(get("doer/" ID)))) return "RV4 " AUTHOR " has a part in " ID
  if (field("verdict") == "accepted") put("reviewed/" ID, 1)
  else put("done/" ID, "")
  return ""
}
function judgeCapabilities(  i, j, n, list, id, said, lists, able) {
  if ((has("load") ? field("load") + 0 : 0) > (has("capacity") ? field("capacity") + 0 : 1)) return "CP2 its load is above its capacity"
  for (j = 1; j <= split("skills tags", lists, " "); j++) for (i = 1; i <= ITEMS[BLOB, lists[j]]; i++) {
    id = ITEM[BLOB, lists[j], i]
    if (id in said) return "CP3 it declares " id " twice"
    said[id] = 1
    if (j == 1) able[id] = 1
  }
  for (j = 1; j <= split("skill_names skill_texts skill_tags", lists, " "); j++) {
    split("", said)
    for (i = 1; i <= ITEMS[BLOB, lists[j]]; i++) {
      if (ITEM[BLOB, lists[j], i] == "?") continue
      n = split(ITEM[BLOB, lists[j], i], list, " "); id = list[1]
      if (n < 2 || (j == 3 && n > 17)) return "RE4 " lists[j] " is not as it must be"
      if (!(id in able) || id in said) return "CP4 what it says of " id " cannot be"
      said[id] = 1
    }
  }
  return ""
}
function judgeDecline(  until, length_, n, i, part, one, kept, count) {
  if (get("cancelled/" ID) != "" || get("done/" ID) != "" || (get("holder/" ID) == "" && failures("") >= get("most/" ID))) return "DE1 " ID " is over"
  if (get("holder/" ID) == AUTHOR) return "DE2 " AUTHOR " holds " ID
  until = instant(field("until")); length_ = until - instant(field("at"))
  if (length_ <= 0 || length_ > 604800000) return "DE3 it ends too soon or too late"
  n = split(get("declined/" AUTHOR), part, " "); count = 0
  for (i = 1; i <= n; i++) {
    split(part[i], one, "=")
    if (one[1] != ID && TIME < one[2] + 0) { kept = kept part[i] " "; count++ }
  }
  if (count >= 256) return "DE4 " AUTHOR " declines 256 tasks already"
  put("declined/" AUTHOR, kept ID "=" until)
  return ""
}
function judgeBid(  own) {
  own = "bid/" ID "/" AUTHOR
  if (get("bids/" ID) == "") return "AU1 " ID " is not auctioned"
  if (get("cancelled/" ID) != "" || get("done/" ID) != "" || (get("holder/" ID) == "" && failures("") >= get("most/" ID))) return "AU1 " ID " is over"
  if (TIME >= get("bids/" ID)) return "AU1 bids on " ID " are closed"
  if (AUTHOR == get("task/" ID)) return "AU2 its creator does not bid"
  if (has("status")) {
    if (has("stake") || has("seal") || has("eta")) return "AU4 a withdrawn bid says nothing else"
    if (get(own) == "") return "AU4 no bid of " AUTHOR " stands"
    put(own, "")
    return ""
  }
  if (!has("stake") || !has("seal")) return "AU4 it needs a stake and a seal"
  if (has("eta") != (get("sealing/" ID) == "open")) return "AU4 its eta is not as " ID " asks"
  if (field("stake") + 0 < get("bond/" ID)) return "AU3 its stake does not cover the bond"
  put(own, "sealed")
  return ""
}
function judgeReveal(  own) {
  own = "bid/" ID "/" AUTHOR
  if (get("bids/" ID) == "" || get("cancelled/" ID) != "") return "AU5 nothing of " ID " is to be revealed"
  if (TIME < get("bids/" ID) || TIME >= get("reveals/" ID)) return "AU5 it is not the time to reveal"
  if (get(own) != "sealed") return "AU5 no bid of " AUTHOR " is to be revealed"
  put(own, "revealed")
  return ""
}
function judgeCheckpoint(  number, seen) {
  number = was("commit/" field("commit")); seen = was("commit/" field("seen"))
  if (number == "" || seen == "" || number > seen) return "CK1 its commit is not on the line as its author had seen it"
  if (number != field("number") + 0) return "CK2 its commit is number " number " on the line"
  if (was("file/checkpoints/" field("commit") "/" AUTHOR ".yaml") != "") return "CK3 " AUTHOR " has signed a checkpoint of that commit already"
  return ""
}
function judgeSignal(  task, half, hour, count) {
  task = field("topic") ~ /^task\// ? substr(field("topic"), 6) : ""
  if (task != "" && get("task/" task) == "") return "TA0 there is no task " task
  half = has("half_life") ? duration(field("half_life")) : 10000
  if (half < 10000 || half > 2592000000) return "SG1 its half-life is too short or too long"
  hour = int(TIME / 3600000); count = get("signalled/" AUTHOR "/hour") == hour ? get("signalled/" AUTHOR "/count") : 0
  if (count >= 60) return "SG2 " AUTHOR " has left too many signals in this hour"
  put("signalled/" AUTHOR "/hour", hour); put("signalled/" AUTHOR "/count", count + 1)
  return ""
}

# A lock is held as a task is, under an id that no task has.
function lockNamed(name,  n, i, part) {
  ID = "lock " name
  n = split(name, part, "/")
  if (n > 3 || !legal("locks/" name "/attempts/1.yaml")) return "LK1 that is no name of a lock"
  for (i = 1; i <= n; i++) if (part[i] ~ /^(attempts|claim\.lock)$/) return "LK1 that is no name of a lock"
  return ""
}
function rootNow(name,  i) {
  for (i = 1; i <= get("mound/roots"); i++)
    if (get("mound/root/" i) == name && active(name) && get("agent/" name "/key") == get("mound/rootkey/" i)) return 1
  return 0
}
function refuseLocking(name,  i, n, other, held, own) {
  if (!active(AUTHOR)) return "AG1 " AUTHOR " is not a member in force"
  if (get("holder/" ID) != "" && !lapsed()) return "LK2 it is held by " get("holder/" ID)
  n = get("locks") + 0; held = 0; own = 0
  for (i = 1; i <= n; i++) {
    other = get("locks/" i)
    if (other != name && get("holder/lock " other) == AUTHOR && TIME < get("until/task/lock " other)) held++
    if (get("creator/" other) == AUTHOR) own++
  }
  if (held >= 32) return "LK5 " AUTHOR " holds 32 locks already"
  if (get("token/" ID) != "" || rootNow(AUTHOR)) return ""
  return own >= 64 || n >= 1024 ? "LK6 there are too many names of locks" : ""
}
function judgeLock(name,  token, until, length_, fault) {
  token = field("token") + 0; until = instant(field("until")); length_ = until - instant(field("at"))
  fault = lockNamed(name)
  if (fault != "") return fault
  if (length_ < 1000 || length_ > setting("lease", 28800000)) return "CL13 its lease is too short or too long"
  if (holds(AUTHOR, token)) {
    if (until <= get("until/task/" ID)) return "CL2 a renewal ends later than the lease before it"
    fault = lapsed() ? refuseLocking(name) : ""
    if (fault != "") return fault
  } else {
    if (token <= get("token/" ID) + 0 && get("holder/" ID) != "") return "CL4 token " token " is not the current one"
    fault = refuseLocking(name)
    if (fault != "") return fault
    if (get("holder/" ID) != "") return "LK2 the lapsed token needs its attempt in the same commit"
    if (token != get("token/" ID) + 1) return "CL12 its token is not one more than the last"
  }
  if (get("token/" ID) == "") { put("locks", get("locks") + 1); put("locks/" get("locks"), name); put("creator/" name, AUTHOR) }
  put("token/" ID, token); put("holder/" ID, AUTHOR); put("under/" ID, token); put("until/task/" ID, until)
  return ""
}
function judgeLockAttempt(name,  token, holder, fault) {
  token = field("token") + 0
  fault = lockNamed(name)
  if (fault != "") return fault
  if (get("token/" ID) == "") return "LK3 nobody has ever taken it"
  holder = get("holder/" ID)
  if (field("outcome") == "expired") {
    if (holder == "" || get("under/" ID) != token) return "CL4 token " token " is not the current one"
    if (!lapsed()) return "LK3 the lease of " holder " has not lapsed"
    if (!(("locks/" name "/claim.lock") in AT)) return "LK3 only a takeover ends a lock as expired"
  } else if (!holds(AUTHOR, token)) return "CL4 " AUTHOR " does not hold it under token " token
  LICENSED["locks/" name "/claim.lock"] = 1
  if (get("ended/" ID) != "") LICENSED["locks/" name "/attempts/" get("ended/" ID) ".yaml"] = 1
  put("holder/" ID, ""); put("ended/" ID, token)
  return ""
}

# Whether a commit does nothing but put back what was accepted.
function restores(  i) {
  for (i = 1; i <= CHANGES; i++) if (NEW[i] != get("file/" PATH[i])) return 0
  return 1
}
# One commit, whole; answers the first fault.
function judge(  i, j, path, n, key, fault, known, part, changed) {
  split("", AT); split("", LICENSED); split("", TYPED); split("", known)
  FOUNDING = get("mound") == ""
  if (!((COMMIT) in AUTHORS)) return "LN1 it is larger than any commit may be"
  AUTHOR = AUTHORS[COMMIT]
  if (FLAWS[COMMIT] != "-") return "LN1 " FLAWS[COMMIT]
  if (split(PARENTS[COMMIT], part, " ") > 1) return "LN1 it has more than one parent"
  if (part[1] "" != TIP "") return "LN1 its parent is not the commit before it"
  if (TIP != "" && SECONDS[COMMIT] * 1000 < CLOCK) return "LN2 its time is before that of an earlier commit"
  if (MESSAGE[COMMIT] > 8192) return "LN7 its message is too long"
  if (get("mound/protocol") != "" && get("mound/protocol") != "1") return "LN8 its protocol is unknown"
  if (CHANGES == 0) return "LN9 it changes nothing"
  if (COMMIT in LARGE && (CHANGES > 20000 || !restores())) return "LN7 " LARGE[COMMIT]
  for (i = 1; i <= CHANGES; i++) {
    path = PATH[i]
    if (path in known && (NEW[i] != "" || known[path] != "")) return "PA6 " path " is there twice"
    known[path] = NEW[i]
    if (NEW[i] == "" && get("file/" path) == "") continue
    if (!legal(path)) return "PA1 " path " is not a legal path"
    if (NEW[i] != "" && MODE[i] != "100644") return "PA2 the mode of " path " is " MODE[i]
  }
  if (!isAgent(AUTHOR)) return "LN5 its author is no agent"
  n = 0
  for (i = 1; i <= CHANGES; i++) {
    path = PATH[i]
    if (NEW[i] == get("file/" path)) continue
    if (furniture(path)) {
      key = SIGNEDBY[COMMIT]
      if (FOUNDING || (key != "" && isRoot(AUTHOR, key))) continue
      return "PA4 " path " may be changed by a root only"
    }
    if (NEW[i] == "") continue
    BLOB = NEW[i]
    if (!(BLOB in FLAW)) return "RE1 " path " is larger than a record may be"
    if (FLAW[BLOB] != "") return FLAW[BLOB] ": " path
    fault = shape(path)
    if (fault != "") return fault ": " path
    AT[path] = BLOB
    for (j = n++; j > 0 && (ORDER[FIELD[AT[TYPED[j]], "kind"]] > ORDER[field("kind")] || (ORDER[FIELD[AT[TYPED[j]], "kind"]] == ORDER[field("kind")] && TYPED[j] "" > path "")); j--) TYPED[j + 1] = TYPED[j]
    TYPED[j + 1] = path
  }
  if (FOUNDING && (TIP != "" || n == 0 || FIELD[AT[TYPED[1]], "kind"] != "mound")) return "LN10 the first commit holds mound.yaml"
  if (n == 0 && COMMITTERS[COMMIT] != AUTHOR) return "LN5 a commit without a record is made by its author"
  key = COMMITTERS[COMMIT] == AUTHOR && n > 0 ? actingKey(AUTHOR) : inForce(COMMITTERS[COMMIT])
  if (SIGNEDBY[COMMIT] == "") return "LN4 it has no valid signature"
  if (SIGNEDBY[COMMIT] != key) return "LN4 it is not signed with the key in force of its committer"
  for (i = 1; i <= n; i++) {
    path = TYPED[i]; BLOB = AT[path]
    fault = common(path)
    if (fault == "") fault = judgeKind(field("kind"))
    if (fault != "") return fault ": " path
    if (field("kind") ~ /^(mound|agent)$/) changed = 1
    put("nonce/" field("nonce"), 1); put("file/" path, BLOB); put("time/" path, instant(field("at")))
  }
  if (changed && rootsNow() < get("mound/threshold")) return "MO4 too few roots could act after it"
  for (i = 1; i <= CHANGES; i++) {
    path = PATH[i]
    if (NEW[i] == "" && was("file/" path) != "" && !(path in LICENSED) && !furniture(path)) return "PA3 " path " may not be removed"
    if (furniture(path)) put("file/" path, NEW[i])
  }
  for (path in LICENSED) {
    if (path in AT) continue
    if (path in TREE) return "PA3 " path " has to be removed"
    put("file/" path, "")
  }
  RECORDS = n
  return ""
}
# Whether the tree holds at a path what was accepted; if so, nothing is left of what was refused there.
function settle(path, finding,  i, n, part) {
  if ((path in TREE ? TREE[path] : "") == get("file/" path)) {
    n = path in OPEN ? split(OPEN[path], part, " ") : 0
    for (i = 1; i <= n; i++) LEFT[part[i]]--
    delete OPEN[path]
  } else if (finding) { OPEN[path] = (path in OPEN ? OPEN[path] " " : "") finding; LEFT[finding]++ }
}
function turn(  i, fault, key, before) {
  if (COMMIT == "") return
  for (i = 1; i <= CHANGES; i++) {
    if (NEW[i] == "") delete TREE[PATH[i]]
    else TREE[PATH[i]] = (MODE[i] == "100644" ? "" : MODE[i] " ") NEW[i]
  }
  TIME = SECONDS[COMMIT] * 1000
  if (TIME < CLOCK) TIME = CLOCK
  split("", OLD); RECORDS = 0; before = claims " " takeovers
  fault = judge()
  if (fault == "") { CLOCK = TIME; accepted++; records += RECORDS }
  else {
    for (key in OLD) if (OLD[key] == "") delete S[key]; else S[key] = OLD[key]
    claims = substr(before, 1, index(before, " ") - 1) + 0; takeovers = substr(before, index(before, " ") + 1) + 0
    SAID[++findings] = "refused " COMMIT " " substr(fault, 1, 300); LEFT[findings] = 0
  }
  for (i = 1; i <= CHANGES; i++) settle(PATH[i], fault == "" ? 0 : findings)
  if (fault == "") for (key in LICENSED) settle(key, 0)
  for (key in OLD) if (key in S && S[key] == "") delete S[key]
  S["commit/" COMMIT] = ++commits
  TIP = COMMIT; COMMIT = ""
}
function kind(name, names, needed) {
  NAMES[name] = " kind " names " at seen nonce "; NEEDED[name] = "kind " needed " at nonce"; ORDER[name] = ++kinds_
}
BEGIN {
  FS = "\t"; CONVFMT = "%.17g"; OFMT = "%.17g"
  CLOCK = 0; TIP = ""; COMMIT = ""; claims = 0; takeovers = 0; accepted = 0; records = 0; findings = 0; commits = 0; good = 0
  kind("mound", "protocol name membership roots threshold lease_default lease_max skew claims_max tasks_open_max records_hour_max vouches vouch_trust limits cooldown quarantine review_value review_trust", "protocol name membership roots threshold")
  kind("agent", "agent key name operator status reason by", "agent key")
  kind("invite", "fingerprint by note", "fingerprint by")
  kind("grant", "id to amount reason by", "id to amount reason by")
  kind("vouch", "subject issuer fingerprint scope level reason until status", "subject issuer fingerprint scope level reason until")
  kind("denounce", "subject issuer proof reason severity status", "subject issuer proof reason")
  kind("capabilities", "agent skills skill_names skill_texts skill_tags tags load capacity until", "agent")
  kind("task", "id creator title body needs after after_any paths shared priority deadline lease attempts review reviewer parent trust value stake mode bids bids_until reveals_until", "id creator title")
  kind("attempt", "task token agent outcome result reason ref result_sha256", "task token agent outcome")
  kind("cancel", "task agent reason", "task agent")
  kind("claim", "task agent token until", "task agent token until")
  kind("progress", "task token n agent percent note checkpoint", "task token n agent")
  kind("review", "task token agent verdict reason", "task token agent verdict")
  kind("decline", "task agent until reason", "task agent until")
  kind("bid", "task agent stake seal eta status", "task agent")
  kind("reveal", "task agent eta salt", "task agent eta salt")
  kind("checkpoint", "commit number digest agent until", "commit number digest agent")
  kind("lock-attempt", "name token agent outcome", "name token agent outcome")
  kind("lock", "name agent token until", "name agent token until")
  kind("signal", "topic agent mark strength half_life note", "topic agent mark strength")
}
$1 == "P" { split("", FIELD); split("", KEYS); split("", ITEMS); split("", ITEM); split("", SIGNED); split("", SIGNER); split("", SIGNATURE); split("", FLAW); split("", GOOD); split("", AUTHORS); split("", LARGE); next }
$1 == "F" { FIELD[$2, $3] = $4; KEYS[$2] = KEYS[$2] " " $3; next }
$1 == "I" { ITEM[$2, $3, $4] = $5; ITEMS[$2, $3] = $4 + 0; next }
$1 == "S" { SIGNATURE[$2, ++SIGNED[$2]] = $3; SIGNER[$2, SIGNED[$2]] = $4; next }
$1 == "R" { FLAW[$2] = $3; next }
$1 == "G" { GOOD[$2] = 1; good++; next }
$1 == "N" { PRINT[$2] = $3; next }
$1 == "L" { LARGE[$2] = $3; next }
$1 == "K" {
  AUTHORS[$2] = $3; COMMITTERS[$2] = $4; SECONDS[$2] = $5 + 0; MESSAGE[$2] = $6 + 0
  SIGNEDBY[$2] = $7 in GOOD ? $8 : ""; FLAWS[$2] = $9; PARENTS[$2] = $10
  next
}
$1 == "E" { turn(); whole++; next }
substr($0, 1, 2) == "C " { turn(); COMMIT = substr($0, 3); CHANGES = 0; next }
substr($0, 1, 1) == ":" {
  split($1, META, " ")
  CHANGES++
  PATH[CHANGES] = substr($0, index($0, "\t") + 1)
  NEW[CHANGES] = META[5] ~ /^D/ ? "" : META[4]
  MODE[CHANGES] = META[2]
}
END {
  if (whole != pieces) exit 1
  open = 0
  for (i = 1; i <= findings; i++) {
    if (LEFT[i] > 0) open++
    print SAID[i] (LEFT[i] > 0 ? "" : " (repaired)")
  }
  printf "%d commits, %d accepted, %d refused (%d of them repaired); %d records, %d signatures, %d claims, %d takeovers; mound %s at %s\n", \
    commits, accepted, findings, findings - open, records, good, claims, takeovers, id, TIP
  exit(open > 0 || (strict && findings > 0) || commits == 0 || get("mound") == "" ? 6 : 0)
}
AWK

# Asks ssh-keygen about each signature of a list, as long as the key that the armor names is the one that made it.
check() {
  while read -r number namespace; do
    if ssh-keygen -Y verify -f "$work/k.$number" -I signer -n "$namespace" -s "$work/s.$number" \
      < "$work/b.$number" > /dev/null 2>&1; then
      printf 'G\t%s\n' "$number"
    fi
  done
}

# One piece: what it needs, taken apart, checked by as many processes as there are processors, at most four.
jobs=$(getconf _NPROCESSORS_ONLN 2> /dev/null || echo 2)
[ "$jobs" -le 4 ] 2> /dev/null || jobs=4
facts() {
  if ! repository cat-file --batch-check < "$work/objects.$1" > "$work/sizes" ||
    ! awk -v work="$work" -f "$work/furniture.awk" -f "$work/choose.awk" "$work/sizes" "$work/lines.$1"; then
    echo "An object of this history is missing: the clone is not whole." >&2
    return 1
  fi
  repository cat-file --batch < "$work/wanted" | tr '\000' '\001' |
    awk -v work="$work" -v genesis="$genesis" -v id="$id" -f "$work/take.awk" > "$work/facts"
  share=0 processes=
  while [ "$share" -lt "$jobs" ]; do
    awk -v n="$jobs" -v share="$share" 'NR % n == share { print $1, $2 }' "$work/list" | check > "$work/good.$share" &
    processes="$processes $!"
    share=$((share + 1))
  done
  for process in $processes; do wait "$process"; done
  echo P
  cat "$work"/good.*
  while read -r type key; do
    print=$(printf '%s %s\n' "$type" "$key" | ssh-keygen -l -f - 2> /dev/null | awk '{ print $2 }')
    printf 'N\t%s %s\t%s\n' "$type" "$key" "$print"
  done < "$work/keys"
  cat "$work/facts" "$work/large" "$work/lines.$1"
  echo E
  rm -f "$work"/[bks].[0-9]* "$work/objects.$1" "$work/lines.$1"
}

{
  piece=1
  while [ "$piece" -le "$pieces" ]; do
    facts "$piece" || exit 1
    [ ! -t 2 ] || printf '\r%s of %s' "$piece" "$pieces" >&2
    piece=$((piece + 1))
  done
  [ ! -t 2 ] || printf '\r\033[K' >&2
} | {
  status=0
  awk -v id="$id" -v strict="$strict" -v pieces="$pieces" -f "$work/furniture.awk" -f "$work/judge.awk" || status=$?
  # What awk itself says when it breaks down is no verdict.
  case $status in 0 | 6) exit "$status" ;; *) fail 1 "This history could not be checked to its end." ;; esac
}
