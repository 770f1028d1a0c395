import type { Bus, Consumption, ConsumptionOptions, Delivery } from '@draupnir/bus'
import type { Envelope } from '@draupnir/wire'

/** A stream that holds a few events and hands them out again until each is acknowledged. */
export class MemoryStream {
  readonly settled: Promise<void>
  readonly bus: Bus
  readonly #queue: { readonly event: Envelope; readonly sequence: number; attempt: number }[]
  #open: number
  #finish: () => void = () => undefined

  constructor(events: readonly Envelope[]) {
    this.#queue = events.map((event, index) => ({ event, sequence: index + 1, attempt: 0 }))
    this.#open = events.length
    this.settled = new Promise((resolve) => {
      this.#finish = resolve
    })
    this.bus = memoryBus((options) => this.#consume(options))
  }

  #consume(options: ConsumptionOptions): Consumption {
    let stopped = false
    const pump = async () => {
      while (!stopped) {
        const next = this.#queue.shift()
        if (next === undefined) await pause()
        else {
          next.attempt += 1
          await options.onDelivery(this.#delivery(next))
        }
      }
    }
    const pumping = pump()
    return {
      stop: async () => {
        stopped = true
        await pumping
      },
    }
  }

  #delivery(item: { readonly event: Envelope; readonly sequence: number; attempt: number }): Delivery {
    const settle = () => {
      this.#open -= 1
      if (this.#open === 0) this.#finish()
    }
    return {
      subject: item.event.subject,
      messageId: item.event.id,
      streamSequence: item.sequence,
      attempt: item.attempt,
      text: () => JSON.stringify(item.event),
      ack: settle,
      term: settle,
      // The delay is real time, which tests do not wait for; others go first.
      nak: () => void this.#queue.push(item),
      extend: () => undefined,
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1))
}

function memoryBus(consume: Bus['consume']): Bus {
  const absent = () => Promise.reject(new Error('the bus of deliver() only consumes'))
  return {
    name: 'memory',
    connected: () => true,
    onStatus: () => () => undefined,
    publishWindow: absent,
    streamState: absent,
    consumerState: absent,
    consume,
    close: async () => undefined,
  }
}
