#!/bin/bash
# A scripted agent: FAKE_MODE says what it plays. It writes what it met into $FAKE_OUT.
out="$FAKE_OUT"
echo "$AGENT_RUNNER_ROUND_NUM $$ $(date +%s.%N)" >>"$out/starts"
# Held by the agent and all it starts: whoever meets it held tells of two agents at once, or of leftovers.
exec 9>>"$out/alone"
if command -v flock >/dev/null && ! flock -n 9; then echo "$AGENT_RUNNER_ROUND_NUM" >>"$out/overlaps"; fi
mode="$FAKE_MODE"
# A plan of one mode per round: FAKE_PLAN="clean exit1 clean".
if [ -n "$FAKE_PLAN" ]; then
  set -- $FAKE_PLAN
  shift $((AGENT_RUNNER_ROUND_NUM - 1))
  mode="${1:-clean}"
fi
# A mode that may be another one in each round: a line of $out/queue each while there are any, then $out/mode.
if [ "$mode" = told ]; then
  mode="$(head -n 1 "$out/queue" 2>/dev/null)"
  if [ -n "$mode" ]; then sed -i 1d "$out/queue"; else mode="$(cat "$out/mode" 2>/dev/null || echo clean)"; fi
fi
init() { echo '{"type":"system","subtype":"init","session_id":"s-'"$AGENT_RUNNER_ROUND_NUM"'","model":"fake-1"}'; }
result() { echo '{"type":"result","subtype":"success","is_error":false,"num_turns":1,"duration_ms":5,"session_id":"s-1","total_cost_usd":0.25,"usage":{"input_tokens":11,"output_tokens":22,"cache_read_input_tokens":33,"cache_creation_input_tokens":44},"result":"done"}'; }
limit() { echo '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","rateLimitType":"five_hour","resetsAt":'"$1"'}}'; echo '{"type":"result","is_error":true,"subtype":"success","api_error_status":429,"api_error":"usage_limit_reached","result":"limit reached"}'; }
: >"$out/started"
case "$mode" in
clean) init; result ;;
silent) ;;
exit1) echo "cannot do it"; exit 1 ;;
exit7) exit 7 ;;
say) echo "cannot reach the tracker with $TRACKER_TOKEN"; exit 1 ;;
exit143) exit 143 ;;
segv) kill -SEGV $$ ;;
killself) kill -KILL $$ ;;
termself) kill -TERM $$ ;;
mute) exec sleep 600 ;;
slow) # stays for as long as there is $out/hold
  init; sleep "${FAKE_SLEEP:-2}"; while [ -e "$out/hold" ]; do sleep 0.05; done; result ;;
hang) init; sleep 600 ;;
deaf)
  trap '' TERM INT HUP
  for i in $(seq 40); do (trap '' TERM INT HUP; exec sleep 600) & done
  init
  while :; do sleep 600; done ;;
late) # FAKE_END: result, an exit code or a signal; FAKE_CHILD: leaves one in a session of its own; FAKE_GATE: waits for $out/go
  init
  if [ -n "$FAKE_CHILD" ]; then setsid bash -c 'exec -a fake-setsid sleep 600' & fi
  if [ -n "$FAKE_GATE" ]; then until [ -e "$out/go" ]; do sleep 0.05; done; fi
  sleep "${FAKE_SLEEP:-2}"
  case "$FAKE_END" in
  result) result ;;
  [0-9]*) exit "$FAKE_END" ;;
  *) kill -"$FAKE_END" $$ ;;
  esac ;;
deaf_few)
  trap '' TERM INT HUP
  (trap '' TERM INT HUP; exec sleep 600) &
  setsid bash -c "trap '' TERM INT HUP; exec sleep 600" &
  init
  while :; do sleep 600; done ;;
polite) # needs a moment after TERM, and so does its child
  (trap 'sleep 1; : >"$out/child_cleaned"; exit 0' TERM; while :; do sleep 0.1; done) &
  trap 'exit 0' TERM
  init
  while :; do sleep 0.1; done ;;
stop) init; kill -STOP $$; sleep 600 ;;
closed) exec >&- 2>&-; sleep 1; exit 0 ;;
background) (exec -a fake-background sleep 600) & init; result ;;
background_deaf) (trap '' TERM INT HUP; exec sleep 600) & init; result ;;
background_polite) # outlives the agent, and needs a moment to clean up
  (trap 'sleep 0.5; : >"$out/child_cleaned"; exit 0' TERM; : >"$out/child_ready"; while :; do sleep 0.1; done) &
  until [ -e "$out/child_ready" ]; do sleep 0.02; done
  init; result ;;
setsid) init; setsid bash -c 'exec -a fake-setsid sleep 600' & sleep 0.3; result ;;
scrubbed) # a tool in a session of its own with an emptied environment; its name lets the test find it
  env -i setsid bash -c 'exec -a E2E_TAG='$E2E_TAG' sleep 600' & init; sleep "${FAKE_SLEEP:-4}"; result ;;
result_hang) init; result; exec -a fake-lingering sleep 600 ;;
result_worker) init; result; sleep "${FAKE_SLEEP:-3}"; exit 0 ;;
result_worker_hang) init; result; sleep "${FAKE_SLEEP:-2}"; exec -a fake-lingering sleep 600 ;;
result_helper) init; result; (exec -a fake-helper-ignored sleep 600) & wait ;;
quoted_result) echo '{"type":"user","message":{"content":"a file that holds \"type\":\"result\" inside"}}'; sleep "${FAKE_SLEEP:-3}"; result ;;
prompt_unread) sleep 0.2; result ;;
record) # what it was given in this round
  env >"$out/env-$AGENT_RUNNER_ROUND_NUM"; pwd >"$out/pwd-$AGENT_RUNNER_ROUND_NUM"
  cat >"$out/prompt-$AGENT_RUNNER_ROUND_NUM"; result ;;
record_fail) env >"$out/env-$AGENT_RUNNER_ROUND_NUM"; cat >"$out/prompt-$AGENT_RUNNER_ROUND_NUM"; exit 1 ;;
prompt_stdin) cat >"$out/prompt"; result ;;
prompt_argv) printf '%s' "$FAKE_ARG" >/dev/null; printf '%s' "${!#}" >"$out/prompt"; result ;;
args) printf '%s\0' "$@" >"$out/args"; result ;;
argv) shift_all=("$@"); printf '%s' "${shift_all[-1]}" >"$out/prompt"; result ;;
commit) init; echo "$AGENT_RUNNER_ROUND_NUM" >>done.txt; git add done.txt; git commit -q -m "round $AGENT_RUNNER_ROUND_NUM"; result ;;
dirty) init; echo "left by $AGENT_RUNNER_ROUND_NUM" >"left-$AGENT_RUNNER_ROUND_NUM.txt"; result ;;
dirty_fail) echo x >"left.txt"; exit 1 ;;
limit) limit $(($(date +%s) + ${FAKE_RESET:-2})); exit 1 ;;
transient) echo '{"type":"result","is_error":true,"subtype":"success","api_error_status":529,"result":"API Error: 529 Overloaded"}'; exit 1 ;;
auth) echo '{"type":"result","is_error":true,"subtype":"success","api_error_status":401,"result":"Failed to authenticate. API Error: 401"}'; exit 1 ;;
billing) echo '{"type":"result","is_error":true,"subtype":"success","api_error_status":402,"result":"Credit balance is too low"}'; exit 1 ;;
context) echo '{"type":"result","is_error":true,"subtype":"success","terminal_reason":"prompt_too_long","result":"Prompt is too long"}'; exit 1 ;;
retrying) # a CLI that tries a refused login again and again, with a tool in a session of its own
  init; setsid bash -c 'exec -a fake-setsid sleep 600' &
  for i in $(seq 200); do
    echo '{"type":"system","subtype":"api_retry","attempt":'"$i"',"max_retries":200,"retry_delay_ms":500,"error_status":401,"error":"authentication_failed","session_id":"s-'"$AGENT_RUNNER_ROUND_NUM"'"}'
    sleep 0.5
  done ;;
sleeping) # a CLI that sleeps inside the round until a limit ends
  init
  echo '{"type":"system","subtype":"api_retry","attempt":1,"max_retries":10,"retry_delay_ms":3600000,"error_status":429,"error":"rate_limit","session_id":"s-'"$AGENT_RUNNER_ROUND_NUM"'"}'
  sleep 600 ;;
session) # tells its arguments; knows the session it is asked to go on with, unless it is the third round
  printf '%s\n' "$*" >>"$out/words"; cat >"$out/prompt-$AGENT_RUNNER_ROUND_NUM"
  if [ "$AGENT_RUNNER_ROUND_NUM" = 3 ]; then echo "No conversation found with session ID: $2" >&2; exit 1; fi
  init; result | sed 's/"s-1"/"s-'"$AGENT_RUNNER_ROUND_NUM"'"/' ;;
done) echo "all is done" >"$AGENT_RUNNER_LOG_DIR/.agent-done"; result ;;
env) env >"$out/env"; pwd >"$out/pwd"; result ;;
busy) init; end=$(($(date +%s) + ${FAKE_SLEEP:-6})); while [ "$(date +%s)" -lt "$end" ]; do :; done; result ;;
flood) head -c "$((${FAKE_MB:-20} * 1024 * 1024))" /dev/zero | tr '\0' 'x' | fold -w 1000; echo; result ;;
repeats) # one tool on one target, again and again
  init
  for i in 1 2 3 4 5 6; do echo '{"type":"assistant","session_id":"s-1","message":{"content":[{"type":"tool_use","id":"t'$i'","name":"Read","input":{"file_path":"/a.ts"}}]}}'; done
  result ;;
degraded) echo '{"type":"system","subtype":"init","session_id":"s-1","model":"fake-1","mcp_servers":[{"name":"tracker","status":"failed"}]}'; result ;;
updated) echo '{"type":"system","subtype":"init","session_id":"s-1","model":"fake-1","claude_code_version":"2.1.'"$AGENT_RUNNER_ROUND_NUM"'"}'; result ;;
network) echo "connect ECONNREFUSED 192.0.2.1:443"; exit 1 ;;
chatter) init; head -c 3000000 /dev/zero | tr '\0' 'x' | fold -w 1000; sleep 600 ;;
*) echo "unknown mode '$mode'"; exit 9 ;;
esac
