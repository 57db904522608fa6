#!/usr/bin/env bash
# One agent as people write it today: take the first free task, commit a claim file, push; when the push is
# refused, fetch, reset and choose again. Usage: naive-worker.sh CLONE AGENT SECONDS; prints `WON TRIES`.
cd "$1" || exit 1
agent=$2 end=$3 won=0 tries=0
pick() { comm -23 <(ls tasks | sort) <(ls claims | sort) | head -1; }
SECONDS=0
while [ "$SECONDS" -lt "$end" ]; do
  next=$(pick)
  if [ -z "$next" ]; then
    git fetch -q && git reset -q --hard origin/main
    next=$(pick)
    [ -n "$next" ] || break
  fi
  echo "agent $agent" > "claims/$next"
  git add "claims/$next" && git commit -qm "claim $next by agent $agent"
  tries=$((tries + 1))
  if git push -q 2>/dev/null; then
    won=$((won + 1))
  else
    git fetch -q 2>/dev/null
    git reset -q --hard origin/main
  fi
done
echo "$won $tries"
