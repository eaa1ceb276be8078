#!/usr/bin/env bash
# measure.sh TIMES PID COMMAND...: runs the command, and writes to TIMES the CPU seconds (user, system) that it and its
# children took, and to PID its process id. The shell asks the kernel (getrusage) after the command has ended: nothing of
# it is missed, to the millisecond. Node has no call for that.
set -u
times=$1 pid=$2
shift 2
exec 3>&2 2>"$times"
TIMEFORMAT='%3U %3S'
# The braces are needed: `time (...)` would count inside the subshell, which exec replaces.
time {
  (
    printf '%s' "$BASHPID" >"$pid"
    exec "$@" 2>&3 3>&-
  )
}
