/** Where to connect and as whom; without a user only a server without authorization accepts it. */
export interface BusOptions {
  readonly url: string
  readonly user?: string
  readonly password?: string
  /** Shown in the server's connection list. */
  readonly name: string
}

export type BusStatus = { type: 'disconnect' | 'reconnect' | 'closed' } | { type: 'error'; error: Error }

/** A message to publish; `id` is what the stream deduplicates by within its window. */
export interface OutgoingMessage {
  readonly id: string
  readonly subject: string
  readonly body: string
}

/** What became of one message of a window: stored (or already there), or refused for good. */
export type PublishResult =
  | { readonly ok: true; readonly sequence: number; readonly duplicate: boolean }
  | { readonly ok: false; readonly reason: string }

export interface WindowOptions {
  /** Gives up with a `Transient` after this long; default 10,000. */
  readonly giveUpAfterMs?: number
  /** How long one attempt waits for its acknowledgements; default 5,000. */
  readonly attemptMs?: number
}

export interface StreamState {
  /** Tells a stream from one of the same name made after it was wiped. */
  readonly created: string
  readonly firstSequence: number
  readonly lastSequence: number
  readonly messages: number
}

export interface ConsumerState {
  readonly created: string
  readonly pending: number
  readonly ackPending: number
  readonly redelivered: number
  readonly deliveredSequence: number
  readonly ackFloorSequence: number
}

/** A message as it arrived. Exactly one of ack, nak and term settles it; extend() restarts its acknowledgement time. */
export interface Delivery {
  readonly subject: string
  readonly messageId: string | null
  readonly streamSequence: number
  readonly attempt: number
  readonly text: () => string
  readonly ack: () => void
  readonly nak: (delayMs: number) => void
  readonly term: (reason: string) => void
  readonly extend: () => void
}

export type ConsumptionStatus =
  | { type: 'started' | 'missing' | 'heartbeats-missed' }
  | { type: 'recreated'; reason: 'silent' | 'ended' | 'reappeared' }
  | { type: 'failed'; error: Error }

export interface ConsumptionOptions {
  readonly stream: string
  readonly durable: string
  /** Messages asked for ahead of the handler; default 500. */
  readonly prefetch?: number
  /** Default 1,000; the watchdog acts after three. */
  readonly heartbeatMs?: number
  /** While the promise it returns is pending, nothing more is read. */
  readonly onDelivery: (delivery: Delivery) => Promise<void> | undefined
  readonly onStatus?: (status: ConsumptionStatus) => void
}

export interface Consumption {
  /** Stops reading; messages already handed over stay with the caller. */
  readonly stop: () => Promise<void>
}

/** The one door to JetStream. */
export interface Bus {
  readonly name: string
  readonly connected: () => boolean
  readonly onStatus: (listener: (status: BusStatus) => void) => () => void
  /** Publishes in order and resolves with one result per message; whatever is ambiguous is sent again as a whole. */
  readonly publishWindow: (messages: readonly OutgoingMessage[], options?: WindowOptions) => Promise<PublishResult[]>
  /** Null when there is no such stream. `Transient` when the server does not answer. */
  readonly streamState: (stream: string) => Promise<StreamState | null>
  /** Null when there is no such durable or stream. `Transient` when the server does not answer. */
  readonly consumerState: (stream: string, durable: string) => Promise<ConsumerState | null>
  readonly consume: (options: ConsumptionOptions) => Consumption
  readonly close: () => Promise<void>
}
