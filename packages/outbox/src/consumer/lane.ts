import type { Delivery } from '@draupnir/bus'
import { crashPoint, isPassingFailure, type Log } from '@draupnir/db'
import { Refusal, Transient } from '@draupnir/errors'
import { drain, type Resolver } from '../parked/drain.ts'
import { Signal } from '../signal.ts'
import { applyBatch, type Outcome, parkOne, settleRefused } from './apply.ts'
import { backoffMs, gapDelayMs } from './backoff.ts'
import { noteRetry } from './cursor.store.ts'
import type { Incoming, Poison } from './decode.ts'

export interface Held {
  readonly incoming: Incoming
  readonly delivery: Delivery
}

export interface LaneOptions {
  readonly resolver: Resolver
  readonly log: Log
  /** Messages to one transaction. */
  readonly batch: number
  /** Deliveries before an event that keeps failing in a passing way is parked. */
  readonly maxAttempts: number
  /** Deliveries before an event whose predecessor never comes is parked. */
  readonly maxGapAttempts: number
  /** Called with the number of messages that have left the lane. */
  readonly onSettled: (count: number) => void
}

const PATIENCE = 20

/** Messages of the aggregates that hash to it, one batch after the other. */
export class Lane {
  private readonly options: LaneOptions
  private readonly queue: Held[] = []
  private readonly signal = new Signal()
  private current: readonly Held[] = []
  private stopped = false
  private readonly done: Promise<void>

  constructor(options: LaneOptions) {
    this.options = options
    this.done = this.run()
  }

  put(held: Held): void {
    this.queue.push(held)
    this.signal.set()
  }

  /** Tells the broker that what is held here is still being worked on. */
  extend(): void {
    for (const { delivery } of [...this.current, ...this.queue]) delivery.extend()
  }

  /** Finishes the batch at hand; what is queued goes back to the broker by itself. */
  async stop(): Promise<void> {
    this.stopped = true
    this.signal.set()
    await this.done
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      if (this.queue.length === 0) {
        await this.signal.wait(1_000)
        continue
      }
      this.current = this.queue.splice(0, this.options.batch)
      await this.work(this.current)
      this.options.onSettled(this.current.length)
      this.current = []
    }
    this.options.onSettled(this.queue.length)
  }

  private async work(batch: readonly Held[]): Promise<void> {
    for (let failures = 0; !this.stopped; failures += 1) {
      try {
        await this.applyTogether(batch)
        return
      } catch (error) {
        const ofDatabase = isPassingFailure(error) && !(error instanceof Transient)
        if (!ofDatabase || failures >= PATIENCE) {
          if (batch.length > 1) this.options.log.warn({ err: error, size: batch.length }, 'batch failed: one by one')
          for (const held of batch) await this.applyAlone(held)
          return
        }
        // The database, not an event: nothing else would fare better meanwhile.
        this.options.log.warn({ err: error, failures }, 'database failed: trying the batch again')
        await new Promise((resolve) => setTimeout(resolve, Math.min(50 * 2 ** failures, 2_000)))
      }
    }
  }

  private async applyTogether(batch: readonly Held[]): Promise<void> {
    const { resolver } = this.options
    const { outcomes, freed } = await applyBatch(
      resolver,
      batch.map((held) => held.incoming),
    )
    crashPoint('after-effect-before-ack')
    for (const { aggregatetype, aggregateid } of freed)
      await drain(resolver, aggregatetype, aggregateid).catch((error: unknown) =>
        this.options.log.warn({ err: error, aggregateid }, 'what was parked behind a gap stays parked'),
      )
    const early = batch.filter((held) => !this.acked(held, outcomes.get(held.incoming)))
    for (const held of early) await this.answer(held, outcomes.get(held.incoming) ?? 'settled')
  }

  // In one go: with an await between them, each acknowledgement would be a write to the socket of its own.
  private acked({ delivery }: Held, outcome: Outcome | undefined): boolean {
    if (outcome === 'settled' || outcome === undefined) delivery.ack()
    return outcome === 'settled' || outcome === undefined
  }

  private async answer(held: Held, outcome: Outcome): Promise<void> {
    const { delivery, incoming } = held
    if (outcome === 'settled') delivery.ack()
    else if (outcome === 'gap' && delivery.attempt >= this.options.maxGapAttempts)
      await this.parkAlone(held, { code: 'event.gap', error: `event ${incoming.event.aggregateseq - 1} never came` })
    else delivery.nak(gapDelayMs(delivery.attempt, Math.random()))
  }

  private async applyAlone(held: Held): Promise<void> {
    try {
      await this.applyTogether([held])
    } catch (error) {
      await this.fail(held, error).catch((failure: unknown) => {
        this.options.log.warn({ err: failure, event: held.incoming.event.id }, 'could not settle a failed event')
        held.delivery.nak(gapDelayMs(held.delivery.attempt, Math.random()))
      })
    }
  }

  private async fail(held: Held, error: unknown): Promise<void> {
    const { incoming, delivery } = held
    const wish = error instanceof Refusal ? error.rule.consumer : isPassingFailure(error) ? 'retry' : 'park'
    if (wish === 'ack' && error instanceof Refusal) {
      await this.answer(held, await settleRefused(this.options.resolver, incoming, error.code))
    } else if (wish === 'retry' && delivery.attempt < this.options.maxAttempts) {
      const asked = error instanceof Transient ? error.retryAfterMs : null
      const delayMs = asked ?? backoffMs(delivery.attempt, Math.random())
      await noteRetry(this.options.resolver.db.sql, this.options.resolver.consumer, incoming, delayMs, String(error))
      delivery.nak(delayMs)
    } else {
      await this.parkAlone(held, poisonOf(error, wish === 'retry'))
    }
  }

  private async parkAlone({ incoming, delivery }: Held, poison: Poison): Promise<void> {
    const { event } = incoming
    this.options.log.error(
      { event: event.id, type: event.type, code: poison.code, error: poison.error },
      'event parked',
    )
    await parkOne(this.options.resolver, incoming, poison)
    delivery.ack()
  }
}

function poisonOf(error: unknown, exhausted: boolean): Poison {
  if (exhausted) return { code: 'event.retries-exhausted', error: String(error) }
  if (error instanceof Refusal)
    return { code: 'event.refused', error: `${error.code} ${JSON.stringify(error.context)}` }
  return {
    code: 'event.handler-failed',
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  }
}
