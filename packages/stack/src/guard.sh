# Outlives the launcher by design: when its standard input ends, the launcher is gone (even by SIGKILL), and every
# process still registered is stopped, the newest first. Lines: "watch PID SIGNAL" and "forget PID".
trap '' INT TERM HUP
watched=''
while read -r verb pid signal; do
  if [ "$verb" = watch ]; then
    watched="$pid:$signal $watched"
    continue
  fi
  kept=''
  for entry in $watched; do
    [ "${entry%%:*}" = "$pid" ] || kept="$kept $entry"
  done
  watched=$kept
done
for entry in $watched; do
  kill -s "${entry##*:}" "${entry%%:*}" 2>/dev/null
done
for entry in $watched; do
  tries=100
  while [ "$tries" -gt 0 ] && kill -0 "${entry%%:*}" 2>/dev/null; do
    # A dead process that nobody reaps still answers to kill -0.
    [ -r "/proc/${entry%%:*}/stat" ] && read -r _ _ state _ <"/proc/${entry%%:*}/stat" && [ "$state" = Z ] && break
    tries=$((tries - 1))
    sleep 0.1
  done
  kill -s KILL -- "-${entry%%:*}" 2>/dev/null
done
