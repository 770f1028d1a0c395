import type { Delivery } from '@draupnir/bus'
import { crashPoint, isPassingFailure, type Log } from '@draupnir/db'
import { Refusal, Transient } from '@draupnir/errors'
import { drain, type Resolver } from '../parked/drain.ts'
import { Signal } from '../signal.ts'
import { applyBatch, type Outcome, parkOne, settleRefused } from './apply.ts'
import { backoffMs } from './backoff.ts'
import { noteRetry } from './cursor.store.ts'
import type { Incoming, Poison } from './decode.ts'
import { aggregateKey } from './plan.ts'
import { WaitingRoom } from './waiting-room.ts'

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
  /** How long an event waits for a predecessor that never comes before it is parked. */
  readonly maxGapMs: number
  /** Called with the number of messages that have been answered. */
  readonly onSettled: (count: number) => void
}

const PATIENCE = 20
const LOOK_EVERY_MS = 250

/** Messages of the aggregates that hash to it, one batch after the other. */
export class Lane {
  private readonly options: LaneOptions
  private readonly queue: Held[] = []
  private readonly early = new WaitingRoom<Held>()
  private readonly signal = new Signal()
  private current: readonly Held[] = []
  /** Of the current batch, those that came early. */
  private waits = 0
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

  /** Messages at hand: what a reader must not outrun. Those that came early do not count, or they could keep out what they wait for. */
  load(): number {
    return this.queue.length + this.current.length
  }

  /** Messages not answered yet. */
  held(): number {
    return this.load() + this.early.size
  }

  /** Tells the broker that what is held here is still being worked on. */
  extend(): void {
    for (const { delivery } of [...this.current, ...this.queue, ...this.early.all()]) delivery.extend()
  }

  /** Finishes the batch at hand and gives the rest back, for another replica. */
  async stop(): Promise<void> {
    this.stopped = true
    this.signal.set()
    await this.done
    for (const { delivery } of [...this.queue, ...this.early.all()]) delivery.nak(1)
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      if (this.early.size > 0) this.queue.push(...this.early.takeDue(performance.now()))
      if (this.queue.length === 0) {
        await this.signal.wait(this.early.size > 0 ? LOOK_EVERY_MS : 60_000)
        continue
      }
      this.current = this.queue.splice(0, this.options.batch)
      this.waits = 0
      await this.work(this.current)
      const answered = this.current.length - this.waits
      this.current = []
      this.options.onSettled(answered)
    }
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
    for (const held of early) await this.wait(held, outcomes.get(held.incoming) ?? 'gap')
  }

  // In one go: with an await between them, each acknowledgement would be a write to the socket of its own.
  private acked({ delivery, incoming }: Held, outcome: Outcome = 'settled'): boolean {
    if (outcome !== 'settled') return false
    delivery.ack()
    if (this.early.size > 0) this.queue.unshift(...this.early.takeOf(aggregateKey(incoming)))
    return true
  }

  private async wait(held: Held, outcome: Outcome): Promise<void> {
    const { incoming } = held
    const now = performance.now()
    if (outcome === 'gap' && this.early.waitedMs(held, now) >= this.options.maxGapMs)
      return this.parkAlone(held, { code: 'event.gap', error: `event ${incoming.event.aggregateseq - 1} never came` })
    this.early.put(aggregateKey(incoming), held, now)
    this.waits += 1
  }

  private async applyAlone(held: Held): Promise<void> {
    try {
      await this.applyTogether([held])
    } catch (error) {
      await this.fail(held, error).catch((failure: unknown) => {
        this.options.log.warn({ err: failure, event: held.incoming.event.id }, 'could not settle a failed event')
        held.delivery.nak(backoffMs(Math.min(held.delivery.attempt, 3), Math.random()))
      })
    }
  }

  private async fail(held: Held, error: unknown): Promise<void> {
    const { incoming, delivery } = held
    const wish = error instanceof Refusal ? error.rule.consumer : isPassingFailure(error) ? 'retry' : 'park'
    if (wish === 'ack' && error instanceof Refusal) {
      const outcome = await settleRefused(this.options.resolver, incoming, error.code)
      if (!this.acked(held, outcome)) await this.wait(held, outcome)
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
