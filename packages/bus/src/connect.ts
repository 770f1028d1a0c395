import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, createInbox, type NatsConnection } from '@nats-io/transport-node'
import type { Bus, BusOptions, BusStatus } from './bus.ts'
import { startConsumption } from './consume.ts'
import { attachDriver } from './driver.ts'
import { readConsumer, readStream } from './info.ts'
import { createPublisher } from './publish.ts'

const RECONNECT_MS = 250
const PING_MS = 5_000
// A request sent while disconnected is never answered: this is how long one waits in vain.
const API_TIMEOUT_MS = 2_000

/** Connects, waiting for the first connection and reconnecting for ever. Replies arrive under the user's private inbox prefix. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const prefix = inboxPrefix(options.user ?? options.name)
  const nc = await connect({
    servers: options.url,
    name: options.name,
    inboxPrefix: prefix,
    ...(options.user === undefined ? {} : { user: options.user, pass: options.password ?? '' }),
    waitOnFirstConnect: true,
    // The client's own limit of ten attempts, and of two refused logins, would end the connection for ever.
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: RECONNECT_MS,
    reconnectJitter: 100,
    pingInterval: PING_MS,
    maxPingOut: 2,
    noAsyncTraces: true,
  })
  const state = watchConnection(nc)
  const js = jetstream(nc, { timeout: API_TIMEOUT_MS })
  const manager = await jetstreamManager(nc, { checkAPI: false, timeout: API_TIMEOUT_MS })
  const publisher = createPublisher(nc, state, createInbox(prefix))
  const bus: Bus = {
    name: options.name,
    connected: () => state.connected,
    onStatus: state.listen,
    publishWindow: publisher.publishWindow,
    streamState: (stream) => readStream(manager, stream),
    consumerState: (stream, durable) => readConsumer(manager, stream, durable),
    consume: (consumption) => startConsumption({ js, manager, state }, consumption),
    close: async () => {
      publisher.close()
      await nc.drain().catch(() => nc.close())
    },
  }
  attachDriver(bus, { nc, manager })
  return bus
}

/** The prefix under which a user's replies arrive; nobody else may subscribe to it. */
export function inboxPrefix(user: string): string {
  return `_INBOX_${user.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`
}

export interface ConnectionState {
  readonly connected: boolean
  readonly listen: (listener: (status: BusStatus) => void) => () => void
}

function watchConnection(nc: NatsConnection): ConnectionState {
  const listeners = new Set<(status: BusStatus) => void>()
  const state = {
    connected: true,
    listen: (listener: (status: BusStatus) => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const report = (status: BusStatus) => {
    for (const listener of listeners) listener(status)
  }
  const watch = async () => {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') state.connected = false
      if (status.type === 'reconnect') state.connected = true
      if (status.type === 'disconnect' || status.type === 'reconnect') report({ type: status.type })
      if (status.type === 'error') report({ type: 'error', error: status.error })
    }
    state.connected = false
    report({ type: 'closed' })
  }
  void watch()
  return state
}
