import type { Bus, Consumption, ConsumptionStatus, Delivery } from '@draupnir/bus'
import type { Log } from '@draupnir/db'
import { parkMalformed } from '../parked/parked.store.ts'
import type { Applier } from './apply.ts'
import { decode, type Handlers, indexHandlers } from './decode.ts'
import type { Handler } from './handler.ts'
import { Lane } from './lane.ts'
import { aggregateKey } from './plan.ts'

export interface ConsumerOptions extends Applier {
  readonly bus: Bus
  readonly stream: string
  /** The durable's name, which is also the consumer's name in the inbox. */
  readonly consumer: string
  readonly handlers: readonly Handler[]
  readonly log: Log
  /** How often held messages are reported as still worked on; a third of the durable's ack wait. Default 3,000. */
  readonly extendEveryMs?: number
  /** Batches applied at the same time; default 4. */
  readonly lanes?: number
  /** Messages to one transaction; default 200. */
  readonly batch?: number
  /** Default 20. */
  readonly maxAttempts?: number
  /** How long an event waits for its predecessor; default 60,000: longer than what a killed replica held stays away. */
  readonly maxGapMs?: number
  readonly onStatus?: (status: ConsumptionStatus) => void
}

export interface Consumer {
  readonly name: string
  readonly stream: string
  /** Messages answered since the start; grows with every message. */
  readonly handled: () => number
  /** Messages here that are not answered yet. */
  readonly held: () => number
  readonly stop: () => Promise<void>
}

interface Flow {
  /** Messages being set aside, outside any lane. */
  aside: number
  handled: number
  release: (() => void) | null
  readonly full: () => boolean
}

/** Applies the events of one stream for one consumer until stopped. */
export function startConsumer(options: ConsumerOptions): Consumer {
  const handlers = indexHandlers(options.handlers)
  const { log, batch = 200, lanes: count = 4, maxAttempts = 20, maxGapMs = 60_000 } = options
  const onSettled = (settled: number) => {
    flow.handled += settled
    if (!flow.full()) flow.release?.()
  }
  const lane = { resolver: { ...options, handlers }, log, batch, maxAttempts, maxGapMs, onSettled }
  const lanes = Array.from({ length: count }, () => new Lane(lane))
  const full = () => lanes.reduce((sum, each) => sum + each.load(), 0) >= batch * count * 2
  const flow: Flow = { aside: 0, handled: 0, release: null, full }
  const consumption = consume(options, handlers, lanes, flow)
  const extend = setInterval(() => {
    for (const each of lanes) each.extend()
  }, options.extendEveryMs ?? 3_000)
  return {
    name: options.consumer,
    stream: options.stream,
    handled: () => flow.handled,
    held: () => lanes.reduce((sum, each) => sum + each.held(), flow.aside),
    stop: async () => {
      clearInterval(extend)
      flow.release?.()
      await consumption.stop()
      await Promise.all(lanes.map((each) => each.stop()))
    },
  }
}

function consume(options: ConsumerOptions, handlers: Handlers, lanes: readonly Lane[], flow: Flow): Consumption {
  return options.bus.consume({
    stream: options.stream,
    durable: options.consumer,
    onDelivery: (delivery) => {
      const decoded = decode(delivery, handlers)
      if ('malformed' in decoded) return setAside(options, delivery, decoded, flow)
      const lane = lanes[hash(aggregateKey(decoded.incoming)) % lanes.length]
      lane?.put({ incoming: decoded.incoming, delivery })
      return flow.full() ? new Promise((resolve) => (flow.release = resolve)) : undefined
    },
    onStatus: (status) => {
      if (status.type !== 'started') options.log.warn({ consumer: options.consumer, ...status }, 'consumption')
      options.onStatus?.(status)
    },
  })
}

// No envelope, so no aggregate to block: it is kept for a person, and the gap it leaves shows.
async function setAside(
  options: ConsumerOptions,
  delivery: Delivery,
  decoded: { readonly malformed: { readonly code: string; readonly error: string }; readonly text: string },
  flow: Flow,
): Promise<void> {
  flow.aside += 1
  try {
    await parkMalformed(options.db.sql, options.consumer, options.stream, delivery, decoded)
    options.log.error({ sequence: delivery.streamSequence, error: decoded.malformed.error }, 'malformed message parked')
    delivery.ack()
  } catch (error) {
    options.log.warn({ err: error }, 'could not park a malformed message')
    delivery.nak(1_000)
  }
  flow.aside -= 1
  flow.handled += 1
}

/** FNV-1a: which lane an aggregate goes to matters only within this process. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}
