import type { ConsumerMessages, JetStreamClient, JetStreamManager, JsMsg } from '@nats-io/jetstream'
import type { Consumption, ConsumptionOptions, ConsumptionStatus, Delivery } from './bus.ts'
import type { ConnectionState } from './connect.ts'
import { delay } from './delay.ts'
import { readConsumer } from './info.ts'

interface Wiring {
  readonly js: JetStreamClient
  readonly manager: JetStreamManager
  readonly state: ConnectionState
}

interface Run {
  readonly wiring: Wiring
  readonly options: ConsumptionOptions
  readonly heartbeatMs: number
  messages: ConsumerMessages | null
  lastActivity: number
  /** The handler asked us to wait: silence is ours, not the server's. */
  held: boolean
  stopped: boolean
}

/** Reads a durable until stopped, whatever happens to the server, the stream or the durable meanwhile. */
export function startConsumption(wiring: Wiring, options: ConsumptionOptions): Consumption {
  const heartbeatMs = options.heartbeatMs ?? 1_000
  const run: Run = { wiring, options, heartbeatMs, messages: null, lastActivity: 0, held: false, stopped: false }
  const wake = new AbortController()
  const watchdog = setInterval(() => void watch(run), heartbeatMs)
  const done = readForEver(run, wake.signal)
  return {
    stop: async () => {
      run.stopped = true
      clearInterval(watchdog)
      wake.abort()
      await run.messages?.close()
      await done
    },
  }
}

async function readForEver(run: Run, wake: AbortSignal): Promise<void> {
  let missing = false
  let first = true
  while (!run.stopped) {
    const messages = await open(run)
    if (messages === null) {
      if (!missing) report(run, { type: 'missing' })
      missing = true
      await delay(run.heartbeatMs / 2, undefined, { signal: wake }).catch(() => undefined)
      continue
    }
    report(run, first ? { type: 'started' } : { type: 'recreated', reason: missing ? 'reappeared' : 'ended' })
    first = false
    missing = false
    await read(run, messages)
  }
}

async function open(run: Run): Promise<ConsumerMessages | null> {
  const { stream, durable, prefetch } = run.options
  try {
    const consumer = await run.wiring.js.consumers.get(stream, durable)
    if (run.stopped) return null
    return await consumer.consume({
      max_messages: prefetch ?? 500,
      expires: 30_000,
      idle_heartbeat: run.heartbeatMs,
      abort_on_missing_resource: true,
    })
  } catch {
    return null
  }
}

async function read(run: Run, messages: ConsumerMessages): Promise<void> {
  run.messages = messages
  run.lastActivity = performance.now()
  void watchStatus(run, messages)
  try {
    for await (const message of messages) {
      run.lastActivity = performance.now()
      const hold = run.options.onDelivery(toDelivery(message))
      if (hold === undefined) continue
      run.held = true
      await hold
      run.held = false
      run.lastActivity = performance.now()
    }
  } catch (error) {
    report(run, { type: 'failed', error: error instanceof Error ? error : new Error(String(error)) })
  } finally {
    run.held = false
    run.messages = null
  }
}

async function watchStatus(run: Run, messages: ConsumerMessages): Promise<void> {
  for await (const status of messages.status())
    if (status.type === 'heartbeats_missed') report(run, { type: 'heartbeats-missed' })
}

// The client recovers from most silences by itself; this is for those it does not notice.
async function watch(run: Run): Promise<void> {
  const messages = run.messages
  const silentMs = performance.now() - run.lastActivity
  if (messages === null || run.held || !run.wiring.state.connected || silentMs < 3 * run.heartbeatMs) return
  const { stream, durable } = run.options
  const info = await readConsumer(run.wiring.manager, stream, durable).catch(() => undefined)
  if (info === undefined || run.messages !== messages || run.held) return
  if (performance.now() - run.lastActivity < 3 * run.heartbeatMs) return
  run.lastActivity = performance.now()
  if (info !== null && info.pending === 0) return
  report(run, info === null ? { type: 'missing' } : { type: 'recreated', reason: 'silent' })
  await messages.close()
}

function report(run: Run, status: ConsumptionStatus): void {
  run.options.onStatus?.(status)
}

function toDelivery(message: JsMsg): Delivery {
  return {
    subject: message.subject,
    messageId: message.headers?.get('Nats-Msg-Id') || null,
    streamSequence: message.info.streamSequence,
    attempt: message.info.deliveryCount,
    text: () => message.string(),
    ack: () => message.ack(),
    nak: (delayMs) => message.nak(Math.max(1, Math.round(delayMs))),
    term: (reason) => message.term(reason),
    extend: () => message.working(),
  }
}
