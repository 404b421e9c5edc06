/**
 * What the log needs from time to time: old entries removed as the settings say, and the whole of it verified, so that
 * a change shows without anyone asking. Each verification is itself in the record.
 */
import type { VerifyReport } from '../../contract/activity.ts'
import { CHAIN_CHECK } from './alerts/chain-broken.ts'
import type { OpenActivityLog } from './open-activity-log.ts'
import type { Keep } from './retention.ts'

export interface LogCareOptions {
  log: OpenActivityLog
  keep(): Keep
  /** Wait after the start, and between two rounds, in ms. */
  firstMs?: number
  everyMs?: number
  onFault?: (error: unknown) => void
}

/** Begins to look after the log; returns the end of it. */
export function careForLog(options: LogCareOptions): () => void {
  const { log, keep, firstMs = 20_000, everyMs = 86_400_000, onFault = () => {} } = options
  const round = async () => {
    try {
      noteVerified(log, await log.verify())
    } catch (error) {
      onFault(error)
    }
    // What a seal says of the blocks is known from here on, and so can be said of those that stay.
    try {
      await log.removeOld(keep())
    } catch (error) {
      onFault(error)
    }
  }
  let timer = setTimeout(() => {
    void round()
    timer = setInterval(() => void round(), everyMs).unref()
  }, firstMs).unref()
  return () => clearTimeout(timer)
}

/** Writes down what a verification found; a rule makes an alert of it when it found something. */
export function noteVerified(log: Pick<OpenActivityLog, 'append'>, report: VerifyReport): void {
  const { ok, entries, firstBad, sealedTo } = report
  log.append({
    kind: 'app',
    subject: ok ? `Verified ${entries} entries of the log` : 'The log is not as it was written',
    ok,
    details: {
      check: CHAIN_CHECK,
      ok,
      entries,
      sealedTo,
      text: firstBad?.text ?? '',
      seq: firstBad?.seq ?? null,
    },
  })
}
