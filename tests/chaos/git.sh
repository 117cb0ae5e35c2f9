#!/bin/sh
# Stands before git on the PATH of the program under test: one call to come is killed, halted, or made to fail.
if [ -z "$AGENT_RUNNER_ROUND_ID" ] && [ -s "$CHAOS_GIT" ]; then
  read -r what calls delay <"$CHAOS_GIT"
  if [ "${calls:-0}" -gt 1 ]; then
    echo "$what $((calls - 1)) $delay" >"$CHAOS_GIT"
  else
    : >"$CHAOS_GIT"
    echo "$what $*" >>"$CHAOS_GIT.log"
    case "$what" in
    fail) echo "fatal: the disk of this test has caught fire" >&2; exit 128 ;;
    kill) (sleep "$delay"; kill -KILL $$) </dev/null >/dev/null 2>&1 & ;;
    halt) (sleep "$delay"; kill -STOP $$; sleep 0.7; kill -CONT $$) </dev/null >/dev/null 2>&1 & ;;
    esac
  fi
fi
exec "$CHAOS_REAL_GIT" "$@"
