import type { Instant } from '@draupnir/time'
import type { TestClock } from '../clock.ts'
import type { Database } from '../database.ts'
import { type OneAtATime, oneAtATime } from '../one-at-a-time.ts'
import { type Delivery, dueDeliveries, type Outcome, settle } from './delivery.ts'

/** How one provider sends: its signature headers (`at` is the test clock's time), patience and retries. */
export interface WebhookManner {
  readonly sign: (delivery: Delivery, at: Instant) => Promise<Readonly<Record<string, string>>>
  /** Real time. */
  readonly timeoutMs: number
  /** Waits on the test clock between attempts; after the last one the delivery has failed. */
  readonly retriesMs: readonly number[]
}

export interface SenderOptions {
  readonly database: Database
  readonly clock: TestClock
  readonly manner: WebhookManner
  readonly onSent: () => void
  readonly onError: (error: unknown, work: string) => void
}

const BATCH = 64

/** A pass sends all that is due, endpoints side by side, within one endpoint in order. */
export function createSender(options: SenderOptions): OneAtATime & { readonly stop: () => void } {
  const stopping = new AbortController()
  const passes = oneAtATime(async () => {
    while (!stopping.signal.aborted) {
      const now = await options.clock.read()
      const due = await dueDeliveries(options.database.sql, now, BATCH)
      if (due.length === 0) return
      const lanes = Map.groupBy(due, (delivery) => delivery.endpoint).values()
      await Promise.all([...lanes].map((lane) => sendInOrder(options, lane, stopping.signal)))
    }
  })
  return { ...passes, stop: () => stopping.abort() }
}

async function sendInOrder(options: SenderOptions, lane: readonly Delivery[], stopping: AbortSignal): Promise<void> {
  const { database, clock, manner } = options
  for (const delivery of lane) {
    if (stopping.aborted) return
    const outcome = await attempt(manner, delivery, await clock.read(), stopping)
    // A send cut off by our own stop is no verdict of the receiver: it is sent again after the start.
    if (stopping.aborted) return
    await settle(database.sql, await clock.read(), delivery, outcome, manner.retriesMs[delivery.attempts] ?? null)
    if (outcome.error !== null) options.onError(new Error(outcome.error), `webhook ${delivery.messageId}`)
    options.onSent()
  }
}

async function attempt(
  manner: WebhookManner,
  delivery: Delivery,
  at: Instant,
  stopping: AbortSignal,
): Promise<Outcome> {
  try {
    const response = await fetch(delivery.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...delivery.headers, ...(await manner.sign(delivery, at)) },
      body: delivery.body,
      redirect: 'manual',
      signal: AbortSignal.any([stopping, AbortSignal.timeout(manner.timeoutMs)]),
    })
    await response.arrayBuffer()
    const ok = response.status >= 200 && response.status < 300
    return { status: response.status, error: ok ? null : `answered ${response.status}` }
  } catch (error) {
    return { status: null, error: String(error).slice(0, 500) }
  }
}
