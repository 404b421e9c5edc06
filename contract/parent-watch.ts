/**
 * Ends a broker whose parent is gone and that does not end by itself, because its thread is kept busy or it is held still:
 * it hears of nothing then, and what it runs would go on with nobody left to press Stop. So the parent starts a small
 * process beside the broker, a shell of one megabyte that waits for the end of its parent and does nothing else. What the
 * broker runs is held still in that moment; the broker has half a second to end it, and longer to close its record.
 *
 * A pure function: shell and command line each start it, with a pipe as its input that they never write to.
 */
import { GROUP_FREEZE, GROUP_KILL } from './lane-group.ts'
import { STOP_LIMITS } from './stop.ts'

/** After that. Longer than a broker takes that leaves by itself: it gives itself three seconds. */
const LEAVE_MS = 3_000
/** Between two looks whether it has. */
const STEP_MS = 100
const stepsOf = (ms: number) => Math.ceil(ms / STEP_MS)

/**
 * A folder of /proc stays that of one process, also when its number is used again; where there is none, the number has to
 * do for these few seconds. A group that is not there has no files, and none are made.
 */
const WATCH = `
pid=$1 group=$2 leave=$3
if [ -e /proc/self/stat ]; then
  cd "/proc/$pid" || exit
  there() { read -r line < stat; }
else
  there() { kill -0 "$pid"; }
fi
pass() {
  left=$1
  while [ "$left" -gt 0 ]; do there || exit; sleep ${STEP_MS / 1_000}; left=$((left - 1)); done
}
tell() { [ -z "$group" ] || ! [ -e "$group/$1" ] || echo 1 > "$group/$1"; }
end() {
  trap '' URG
  there || exit
  tell ${GROUP_FREEZE}
  pass ${stepsOf(STOP_LIMITS.lanesMs)}
  tell ${GROUP_KILL}
  pass "$leave"
  there && kill -9 "-$pid"
  there && kill -9 "$pid"
  exit
}
trap end URG
read -r line
end`

/**
 * The end of the input comes when all of the parent's memory is given back; the signal, where there is `setpriv`, at once.
 * It is one of which nobody dies: it may come before the trap is set.
 */
const SIGNALED = `setpriv --pdeathsig URG true </dev/null && exec setpriv --pdeathsig URG "$0" -c "$@"; exec "$0" -c "$@"`
const SHELL = '/bin/sh'

/** @param group the folder of the control group of what it runs, or null where there is none */
export function parentWatch(
  brokerPid: number,
  group: string | null,
  leaveMs = LEAVE_MS,
): { command: string; args: string[] } {
  const words = [`${brokerPid}`, group ?? '', `${stepsOf(leaveMs)}`]
  return { command: SHELL, args: ['-c', SIGNALED, SHELL, WATCH, 'watch', ...words] }
}
