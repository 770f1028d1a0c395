import { Transient } from '@draupnir/errors'
import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream'
import type { ConsumerState, StreamState } from './bus.ts'

const STREAM_NOT_FOUND = 10059
const CONSUMER_NOT_FOUND = 10014

/** Null instead of the API's "not found" errors; every other failure is `Transient`. */
export async function unlessMissing<T>(ask: Promise<T>): Promise<T | null> {
  try {
    return await ask
  } catch (error) {
    if (error instanceof JetStreamApiError && [STREAM_NOT_FOUND, CONSUMER_NOT_FOUND].includes(error.code)) return null
    throw new Transient('bus.unavailable', `JetStream does not answer: ${String(error)}`, { cause: error })
  }
}

export async function readStream(manager: JetStreamManager, stream: string): Promise<StreamState | null> {
  const info = await unlessMissing(manager.streams.info(stream))
  if (info === null) return null
  const { first_seq, last_seq, messages } = info.state
  return { created: String(info.created), firstSequence: first_seq, lastSequence: last_seq, messages }
}

export async function readConsumer(
  manager: JetStreamManager,
  stream: string,
  durable: string,
): Promise<ConsumerState | null> {
  const info = await unlessMissing(manager.consumers.info(stream, durable))
  if (info === null) return null
  return {
    created: String(info.created),
    pending: info.num_pending,
    ackPending: info.num_ack_pending,
    redelivered: info.num_redelivered,
    deliveredSequence: info.delivered.stream_seq,
    ackFloorSequence: info.ack_floor.stream_seq,
  }
}
