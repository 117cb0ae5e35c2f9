#!/bin/bash
# Leaves work of the kinds its plan names, each with a token of its own, then plays a behaviour of the scripted agent.
# A token goes to the journal only when it is written: what the journal holds must never be lost.
round=$AGENT_RUNNER_ROUND_NUM
k=0
{ read -r mode; read -r settings; read -r kinds; } <"$FAKE_OUT/plans/$round" || mode=${mode:-clean}
token() { k=$((k + 1)); T="tok-$CHAOS_WORLD-$round-$k-z"; }
wrote() { printf '%s %s\n' "$T" "$1" >>"$FAKE_OUT/tokens"; }
put() { # KIND PATH
  token
  printf '%s of round %s\n' "$T" "$round" >"$2" 2>/dev/null && wrote "$1"
}
work() {
  case "$1" in
  untracked) put untracked "new-$round-$k.txt" ;;
  nested) mkdir -p "deep/$round/$k/er" && put nested "deep/$round/$k/er/file" ;;
  edit) token; printf '%s\n' "$T" >>"tracked/t$((k % 8))" && wrote edit ;;
  overwrite) [ -e "over/o$((k % 8))" ] && put overwrite "over/o$((k % 8))" ;;
  delete) rm -f "gone/g$((round % 8))" ;;
  rename)
    token
    mv "named/n$((round % 8))" "named/moved-$round-$k" 2>/dev/null && printf '%s\n' "$T" >>"named/moved-$round-$k" && wrote rename ;;
  staged) put staged "staged-$round-$k" && git add -- "staged-$round-$((k - 1))" ;;
  staged_over)
    # The first bytes are in the index alone once the file was written again.
    name="twice-$round-$k"
    token; first=$T
    printf '%s\n' "$first" >"$name"
    if git add -- "$name"; then token; printf '%s\n' "$T" >"$name" && wrote staged_over && T=$first && wrote index; fi ;;
  staged_rename)
    token
    git mv "named/n$(((round + 3) % 8))" "named/staged-$round-$k" && printf '%s\n' "$T" >>"named/staged-$round-$k" && wrote staged_rename ;;
  staged_delete) git rm -q --cached "gone/g$(((round + 4) % 8))" ;;
  intent) put intent "intent-$round-$k" && git add -N -- "intent-$round-$((k - 1))" ;;
  binary) token; { head -c 3000 /dev/urandom; printf '\0%s\0' "$T"; head -c 500 /dev/urandom; } >"binary-$round-$k.bin" && wrote binary ;;
  odd)
    put odd $'not\xffutf\xfe-'"$round-$k"
    put odd $'line\nbreak-'"$round-$k"
    put odd "-dash-$round-$k"
    put odd ":(glob)*-$round-$k"
    put odd " space \"quote\" 'tick' \\back $round-$k "
    put odd $'tab\t\x1b[31m-'"$round-$k"
    put odd "ünï-😀-$round-$k" ;;
  symlink) token; ln -s "$T" "link-$round-$k" && wrote symlink ;;
  mode) chmod +x "tracked/t$((round % 8))" ;;
  empty) : >"empty-$round-$k" ;;
  ignored) mkdir -p ignored && put ignored "ignored/i-$round-$k" ;;
  secret) put secret ".env.$round-$k" && put secret "id_rsa-$round-$k" ;;
  commit) token; f="done-$round-$k.txt"; printf '%s\n' "$T" >"$f" && wrote commit && git add -- "$f" && git commit -q -m "work of $round" -- "$f" ;;
  branch) # a commit that only a branch of its own leads to
    token
    blob=$(printf '%s\n' "$T" | git hash-object -w --stdin) && tree=$(printf '100644 blob %s\tside\n' "$blob" | git mktree) &&
      commit=$(git commit-tree -m side "$tree" </dev/null) && git update-ref "refs/heads/side-$round-$k" "$commit" && wrote branch ;;
  switch) git checkout -q -b "topic-$round-$k" ;;
  unmerged) # as a merge leaves it that met a conflict
    put unmerged "tracked/t6" && blob=$(git hash-object -w tracked/t6) &&
      printf '0 %040d\ttracked/t6\n100644 %s 2\ttracked/t6\n100644 %s 3\ttracked/t6\n' 0 "$blob" "$blob" | git update-index --index-info ;;
  big) token; { head -c 300000 /dev/urandom; printf '%s' "$T"; } >"big-$round-$k.bin" && wrote big ;;
  submodule) if [ -e sub/.git ]; then token; printf '%s\n' "$T" >"sub/s-$round-$k" && wrote submodule && git -C sub add -A && git -C sub commit -q -m "$T"; fi ;;
  within) if [ -e sub/.git ]; then put within "sub/left-$round-$k"; fi ;;
  writer) # goes on while the round is ended, each file written once
    (for i in $(seq 60); do
      k=$i; T="tok-$CHAOS_WORLD-$round-w$i-z"
      printf '%s\n' "$T" >"writer-$round-$i" && wrote writer
      sleep 0.05
    done) & ;;
  esac
}
for kind in $kinds; do work "$kind" </dev/null >/dev/null 2>&1; done
for setting in $settings; do export "${setting?}"; done
FAKE_MODE=$mode FAKE_PLAN="" exec "$CHAOS_AGENT" "$@"
