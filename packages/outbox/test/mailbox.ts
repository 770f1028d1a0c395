import type { Bus, ConsumptionOptions, Delivery } from '@draupnir/bus'
import type { Envelope } from '@draupnir/wire'

export type Answer = 'ack' | 'term' | { readonly nak: number }

/** A bus that delivers exactly what it is told to, and says how each message was answered. */
export class Mailbox {
  readonly bus: Bus
  #options: ConsumptionOptions | null = null

  constructor() {
    const absent = () => Promise.reject(new Error('a mailbox only delivers'))
    this.bus = {
      name: 'mailbox',
      connected: () => true,
      onStatus: () => () => undefined,
      publishWindow: absent,
      streamState: absent,
      consumerState: absent,
      consume: (options) => {
        this.#options = options
        return { stop: async () => undefined }
      },
      close: async () => undefined,
    }
  }

  /** Delivers all at once; resolves with the answers in the order of delivery. */
  deliver(events: readonly Envelope[], attempt = 1): Promise<Answer[]> {
    return Promise.all(events.map((event) => this.raw(event.subject, JSON.stringify(event), attempt)))
  }

  raw(subject: string, text: string, attempt = 1): Promise<Answer> {
    return new Promise((resolve) => {
      const delivery: Delivery = {
        subject,
        messageId: null,
        streamSequence: 1,
        attempt,
        text: () => text,
        ack: () => resolve('ack'),
        nak: (delayMs) => resolve({ nak: delayMs }),
        term: () => resolve('term'),
        extend: () => undefined,
      }
      void this.#options?.onDelivery(delivery)
    })
  }
}
