import { Transient } from '@draupnir/errors'
import { errors, headers, type Msg, type NatsConnection } from '@nats-io/transport-node'
import type { OutgoingMessage, PublishResult, WindowOptions } from './bus.ts'
import type { ConnectionState } from './connect.ts'
import { delay } from './delay.ts'

interface Attempt {
  readonly results: (PublishResult | undefined)[]
  missing: number
  /** Called with true when every acknowledgement is there, with false when one is lost or must be asked for again. */
  readonly end: (complete: boolean) => void
}

interface PubAck {
  readonly seq?: number
  readonly duplicate?: boolean
  readonly error?: { readonly code: number; readonly err_code?: number; readonly description?: string }
}

// Everything else may pass: no leader, stream full (discard: new), too many requests, duplicate still in flight.
const DEFINITIVE = new Set([10054 /* message larger than the stream allows */, 10060 /* other stream expected */])
const MSG_ID = 'Nats-Msg-Id'

export interface Publisher {
  readonly publishWindow: (messages: readonly OutgoingMessage[], options?: WindowOptions) => Promise<PublishResult[]>
  readonly close: () => void
}

/** One subscription takes every acknowledgement: per-message requests of the client cost twice the time. */
export function createPublisher(nc: NatsConnection, state: ConnectionState, inbox: string): Publisher {
  const attempts = new Map<number, Attempt>()
  let lastAttempt = 0
  const subscription = nc.subscribe(`${inbox}.*.*`, {
    callback: (error, message) => {
      if (error === null) acknowledge(attempts, inbox, message)
    },
  })
  const unlisten = state.listen((status) => {
    if (status.type !== 'error') for (const attempt of attempts.values()) attempt.end(false)
  })

  const send = (messages: readonly OutgoingMessage[], attemptMs: number): Promise<Attempt> => {
    const id = ++lastAttempt
    return new Promise((resolve) => {
      const timer = setTimeout(() => attempt.end(false), attemptMs)
      const attempt: Attempt = {
        results: new Array<PublishResult | undefined>(messages.length),
        missing: messages.length,
        end: () => {
          clearTimeout(timer)
          attempts.delete(id)
          resolve(attempt)
        },
      }
      attempts.set(id, attempt)
      for (const [index, message] of messages.entries()) put(nc, attempt, message, index, `${inbox}.${id}.${index}`)
      if (attempt.missing === 0) attempt.end(true)
    })
  }

  const publishWindow = async (messages: readonly OutgoingMessage[], options: WindowOptions = {}) => {
    const deadline = performance.now() + (options.giveUpAfterMs ?? 10_000)
    for (let retry = 0; ; retry += 1) {
      if (messages.length === 0) return []
      if (state.connected) {
        const { results } = await send(messages, options.attemptMs ?? 5_000)
        if (isComplete(results)) return results
      }
      if (nc.isClosed()) throw new Transient('bus.closed', 'the connection to NATS is closed')
      if (performance.now() > deadline)
        throw new Transient('bus.unavailable', `no acknowledgement for a window of ${messages.length} messages`)
      await delay(Math.min(25 * 2 ** retry, 1_000))
    }
  }
  return {
    publishWindow,
    close: () => {
      unlisten()
      subscription.unsubscribe()
    },
  }
}

function put(nc: NatsConnection, attempt: Attempt, message: OutgoingMessage, index: number, reply: string): void {
  const hdrs = headers()
  hdrs.set(MSG_ID, message.id)
  try {
    nc.publish(message.subject, message.body, { reply, headers: hdrs })
  } catch (error) {
    // Too large for the server or an impossible subject: sending it again cannot help. A closed connection can.
    if (!(error instanceof errors.InvalidArgumentError || error instanceof errors.InvalidSubjectError)) return
    attempt.results[index] = { ok: false, reason: error.message }
    attempt.missing -= 1
  }
}

function acknowledge(attempts: Map<number, Attempt>, inbox: string, message: Msg): void {
  const [id, index] = message.subject.slice(inbox.length + 1).split('.')
  const attempt = attempts.get(Number(id))
  if (attempt === undefined) return
  const result = readAck(message)
  if (result === null) {
    attempt.end(false)
    return
  }
  if (attempt.results[Number(index)] !== undefined) return
  attempt.results[Number(index)] = result
  attempt.missing -= 1
  if (attempt.missing === 0) attempt.end(true)
}

function readAck(message: Msg): PublishResult | null {
  if (message.data.length === 0) return null
  const ack = message.json<PubAck>()
  if (ack.error === undefined && ack.seq !== undefined)
    return { ok: true, sequence: ack.seq, duplicate: ack.duplicate === true }
  const code = ack.error?.err_code
  if (code === undefined || !DEFINITIVE.has(code)) return null
  return { ok: false, reason: `${code} ${ack.error?.description ?? 'refused'}` }
}

function isComplete(results: readonly (PublishResult | undefined)[]): results is PublishResult[] {
  for (const result of results) if (result === undefined) return false
  return true
}
