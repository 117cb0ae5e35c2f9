#!/bin/sh
# A hook that behaves as the file it is told of says.
read -r mode <"$CHAOS_HOOK"
case "$mode" in
slow) sleep 1.5 ;;
stuck) sleep 600 ;;
junk) echo "not json"; exit 0 ;;
fail) echo "cannot reach the tracker" >&2; exit 3 ;;
fork) setsid sleep 600 & ;;
huge) head -c 3000000 /dev/zero | tr '\0' x; exit 0 ;;
version) echo '{"protocol":99}'; exit 0 ;;
die) kill -KILL $$ ;;
esac
cat >/dev/null
case "$AGENT_RUNNER_HOOK_POINT" in
round_dirty) echo '{"protocol":1,"outcome":"pass"}' ;;
*) echo '{"protocol":1}' ;;
esac
