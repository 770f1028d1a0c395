import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectBus, provision } from '@draupnir/bus'
import type { DbPool } from '@draupnir/db'
import { type Nats, type Postgres, startNats, startPostgres } from '@draupnir/stack'
import { eventually, type RunningScript, type ScriptOptions, startScript } from '@draupnir/testing'
import { outboxStatus } from '../../src/index.ts'
import { type Database, startDatabase } from '../database.ts'
import { topology } from '../pipe.ts'
import { check, type Verdict } from './checker.ts'

const HEALED_WITHIN_MS = 60_000
const STEPS = 30

/** Servers and processes of one crash test; everything in it is real and may be killed. */
export class World {
  readonly producer: DbPool
  readonly consumer: DbPool
  readonly #database: Database
  readonly #storeDir: string
  #nats: Nats
  #postgres: Postgres
  readonly #scripts: RunningScript[] = []
  /** Of the writers of one scenario. */
  #outputs: Promise<string>[] = []

  constructor(database: Database, pools: readonly [DbPool, DbPool], nats: Nats, storeDir: string) {
    this.#database = database
    this.#postgres = database.server
    this.#nats = nats
    this.#storeDir = storeDir
    this.producer = pools[0]
    this.consumer = pools[1]
  }

  static async open(): Promise<World> {
    const storeDir = mkdtempSync(join(tmpdir(), 'draupnir-nats-'))
    const [database, nats] = await Promise.all([startDatabase({ persistent: true }), startNats({ storeDir })])
    const pools = [await database.pool('contract', 2), await database.pool('billing', 2)] as const
    const world = new World(database, pools, nats, storeDir)
    await world.provision()
    return world
  }

  async producerScript(prefix: string, options: { steps?: number; leaseMs?: number } = {}): Promise<ScriptOptions> {
    const url = await this.#database.urlOf('contract')
    const args = [url, this.#nats.url, prefix, String(options.steps ?? STEPS), String(options.leaseMs ?? 2_000)]
    return { script: new URL('./producer.ts', import.meta.url), args }
  }

  async consumerScript(): Promise<ScriptOptions> {
    const args = [await this.#database.urlOf('billing'), this.#nats.url]
    return { script: new URL('./consumer.ts', import.meta.url), args }
  }

  start(script: ScriptOptions): RunningScript {
    const running = startScript(script)
    this.#scripts.push(running)
    this.#outputs.push(running.ended.then(({ output }) => output))
    return running
  }

  /** Runs a script armed to kill itself at `point`; resolves when it has. */
  async crash(script: ScriptOptions, point: string): Promise<void> {
    const { ended } = this.start({ ...script, env: { DRAUPNIR_CRASH_POINTS: '1', CRASH_AT: point } })
    const { signal, output } = await ended
    if (signal !== 'SIGKILL') throw new Error(`did not die at ${point}:\n${output}`)
  }

  async provision(): Promise<void> {
    const bus = await connectBus({ url: this.#nats.url, name: 'provisioner' })
    await provision(bus, topology)
    await bus.close()
  }

  async killNats(meanwhile: () => void = () => undefined): Promise<void> {
    this.#nats.kill('SIGKILL')
    await this.#nats.exited
    meanwhile()
    this.#nats = await startNats({ storeDir: this.#storeDir, port: this.#nats.port })
    await this.provision()
  }

  wipeStore(): void {
    rmSync(this.#jetstream(), { recursive: true, force: true })
  }

  /** Keeps a copy of the store as it is, for going back to. */
  copyStore(): void {
    cpSync(this.#jetstream(), `${this.#jetstream()}-copy`, { recursive: true })
  }

  restoreCopy(): void {
    this.wipeStore()
    cpSync(`${this.#jetstream()}-copy`, this.#jetstream(), { recursive: true })
  }

  async killPostgres(): Promise<void> {
    this.#postgres.kill('SIGKILL')
    await this.#postgres.exited
    const { dataDir } = this.#database
    this.#postgres = await startPostgres({ dataDir, port: this.#postgres.port, persistent: true })
  }

  async effects(prefix: string): Promise<number> {
    const [row] = await this.consumer.sql<{ count: number }[]>`
      select count(*)::int as count from effect where thing like ${`${prefix}-%`}`
    return row?.count ?? 0
  }

  /** Waits until all that was written has left the outbox and had its effect, ends the processes and checks. */
  async verdict(prefix: string): Promise<Verdict> {
    await eventually(async () => {
      const [{ pending }, effects, [written]] = await Promise.all([
        outboxStatus(this.producer.sql),
        this.effects(prefix),
        this.producer.sql<{ count: number }[]>`
          select count(*)::int as count from attempt where thing like ${`${prefix}-%`}`,
      ])
      return pending === 0 && effects >= (written?.count ?? 0) && (written?.count ?? 0) > 0
    }, HEALED_WITHIN_MS).catch(() => undefined)
    await this.endScripts()
    const output = (await Promise.all(this.#outputs)).join('\n')
    this.#outputs = []
    return check(this.producer, this.consumer, prefix, output)
  }

  async endScripts(): Promise<void> {
    for (const script of this.#scripts.splice(0)) {
      script.kill('SIGCONT')
      script.kill('SIGTERM')
      const late = setTimeout(() => script.kill('SIGKILL'), 5_000)
      await script.ended
      clearTimeout(late)
    }
  }

  async close(): Promise<void> {
    await this.endScripts()
    await Promise.all([this.producer.close(), this.consumer.close()])
    await this.#postgres.stop()
    await this.#nats.stop()
    for (const folder of [this.#storeDir, this.#database.dataDir]) rmSync(folder, { recursive: true, force: true })
  }

  #jetstream(): string {
    return join(this.#storeDir, 'jetstream')
  }
}
