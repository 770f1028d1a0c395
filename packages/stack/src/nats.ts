import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, startChild } from './child.ts'
import { StackFailure } from './failure.ts'
import { poll } from './poll.ts'
import { freePort, isListening } from './ports.ts'
import { findTool } from './tools.ts'

export interface NatsOptions {
  /** Holds the configuration, the log and, in `jetstream/`, the streams. */
  readonly storeDir: string
  /** A free one when absent. */
  readonly port?: number
  /** Server configuration besides address and store, such as the users. */
  readonly configText?: string
  /** `always` has every ack wait for the disk; the server's default is two minutes. */
  readonly syncInterval?: string
}

export interface Nats {
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly exited: Child['exited']
  readonly kill: (signal: NodeJS.Signals) => void
  readonly stop: () => Promise<void>
}

/** Starts a nats-server with JetStream on loopback, its streams kept in `storeDir`. A StackFailure says what to do. */
export async function startNats(options: NatsOptions): Promise<Nats> {
  const command = await findTool('nats-server')
  if (options.port !== undefined && (await isListening(options.port)))
    throw new StackFailure(`Port ${options.port}, wanted for nats-server, is in use: stop what uses it or give another`)
  mkdirSync(options.storeDir, { recursive: true })
  const logFile = join(options.storeDir, 'nats.log')
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort())
    const configFile = join(options.storeDir, 'nats.conf')
    writeFileSync(configFile, configuration(options, port), { mode: 0o600 })
    const child = await startChild({ command, args: ['-c', configFile], env: {}, logFile })
    const ready = await poll(async () => (child.running() ? (await isListening(port)) || undefined : false), 30_000)
    if (ready)
      return {
        url: `nats://127.0.0.1:${port}`,
        port,
        pid: child.pid,
        exited: child.exited,
        kill: child.kill,
        stop: async () => void (await child.stop()),
      }
    await child.stop(2_000)
    if (attempt === 3) throw new StackFailure(`nats-server does not start: see the end of ${logFile}`)
  }
}

function configuration(options: NatsOptions, port: number): string {
  const sync = options.syncInterval === undefined ? '' : `, sync_interval: ${options.syncInterval}`
  return [
    `listen: "127.0.0.1:${port}"`,
    'server_name: "draupnir"',
    // The streams' declared limits are reserved, whatever the disk; what is written counts.
    `jetstream { store_dir: ${JSON.stringify(options.storeDir)}, max_file_store: 1TB${sync} }`,
    options.configText ?? '',
    '',
  ].join('\n')
}
