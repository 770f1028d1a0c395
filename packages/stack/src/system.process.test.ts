import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { checkDrift, connectBus } from '@draupnir/bus'
import { durables, streams } from '@draupnir/wire'
import postgres from 'postgres'
import { describe, expect, it } from 'vitest'
import { ends, inFolder } from '../test/fakes.ts'
import { startNats } from './nats.ts'
import { freePort } from './ports.ts'
import { discardPostgres, startPostgres } from './postgres.ts'
import { findRunningSystem } from './running.ts'
import { type SystemOptions, startSystem } from './system.ts'
import { services } from './topology.ts'

const small = {
  settings: {},
  only: [],
  postgresSettings: { shared_buffers: '32MB', fsync: 'off' },
} satisfies SystemOptions

async function withSystem<T>(work: (options: SystemOptions & { dataDir: string }) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const dataDir = join(folder, 'data')
    try {
      return await work({ ...small, dataDir })
    } finally {
      await discardPostgres(join(dataDir, 'postgres'))
    }
  })
}

async function select(url: string, text: string): Promise<unknown[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return [...(await sql.unsafe(text))]
  } finally {
    await sql.end()
  }
}

describe('the system without its processes', () => {
  it('has a schema and a login role per service that sees no other, streams and durables', () =>
    withSystem(async (options) => {
      const system = await startSystem(options)
      const schemas = services().map(({ database }) => database.schema)
      const found = await select(system.databaseUrl, 'select nspname from pg_namespace')
      expect(found).toEqual(expect.arrayContaining(schemas.map((nspname) => ({ nspname }))))
      const secrets = JSON.parse(readFileSync(join(options.dataDir, 'secrets.json'), 'utf8'))
      const url = new URL(system.databaseUrl)
      url.username = 'ledger'
      url.password = secrets['password:ledger']
      await select(url.href, 'select * from ledger.schema_migrations')
      await expect(select(url.href, 'select * from billing.schema_migrations')).rejects.toThrow('permission denied')
      await expect(select(url.href, 'create table public.mine ()')).rejects.toThrow('permission denied')
      const bus = await connectBus({ url: system.natsUrl, name: 'test', ...system.natsLogin })
      expect(await checkDrift(bus, { streams: streams(), durables: durables() })).toEqual([])
      await bus.close()
      await system.stop()
    }))

  it('keeps its secrets to its owner, its data over a restart, and leaves no process', () =>
    withSystem(async (options) => {
      const first = await startSystem(options)
      expect(statSync(join(options.dataDir, 'secrets.json')).mode & 0o777).toBe(0o600)
      expect(statSync(join(options.dataDir, 'system.json')).mode & 0o777).toBe(0o600)
      await select(first.databaseUrl, 'create table public.kept as select 1 as one')
      expect(findRunningSystem(options.dataDir)).toMatchObject({ gatewayUrl: first.gatewayUrl, apiKey: first.apiKey })
      const pids = [first.postgres?.current().pid ?? 0, first.nats?.current().pid ?? 0]
      await first.stop()
      for (const pid of pids) expect(await ends(pid, 0)).toBe(true)
      expect(findRunningSystem(options.dataDir)).toBeUndefined()

      const lines: string[] = []
      const second = await startSystem({ ...options, print: (line) => lines.push(line) })
      expect(second.apiKey).toBe(first.apiKey)
      expect(await select(second.databaseUrl, 'select one from public.kept')).toEqual([{ one: 1 }])
      expect(lines).toContainEqual(expect.stringContaining('0 migrations applied'))
      await second.stop()

      const third = await startSystem({ ...options, fresh: true })
      expect(third.apiKey).not.toBe(first.apiKey)
      await expect(select(third.databaseUrl, 'select one from public.kept')).rejects.toThrow('does not exist')
      await third.stop()
    }))

  it('runs once per data folder', () =>
    withSystem(async (options) => {
      const system = await startSystem(options)
      await expect(startSystem(options)).rejects.toThrow(/already runs on .* \(process \d+\): stop it with Ctrl-C/)
      await system.stop()
    }))

  it('brings back Postgres and nats-server when they are killed, with streams even when their store was wiped', () =>
    withSystem(async (options) => {
      const system = await startSystem(options)
      await system.nats?.restart(async () => {
        const { rmSync } = await import('node:fs')
        rmSync(system.natsStoreDir, { recursive: true })
      }, 'SIGKILL')
      const { pid = 0 } = system.postgres?.current() ?? {}
      system.postgres?.kill('SIGKILL')
      expect(await ends(pid)).toBe(true)
      await system.postgres?.ready()
      expect(system.postgres?.current().pid).not.toBe(pid)
      expect(await select(system.databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }])
      const bus = await connectBus({ url: system.natsUrl, name: 'test', ...system.natsLogin })
      expect(await checkDrift(bus, { streams: streams(), durables: durables() })).toEqual([])
      await bus.close()
      await system.stop()
    }))

  it('leaves nothing behind when a process does not start', () =>
    withSystem(async (options) => {
      const broken = {
        ...options,
        only: ['ledger'],
        env: { ledger: { DATABASE_URL: 'nonsense', NATS_URL: 'nonsense' } },
      }
      await expect(startSystem(broken)).rejects.toThrow('ledger')
      expect(existsSync(join(options.dataDir, 'lock.json'))).toBe(false)
    }))

  it.each([
    [{ OPENMETER_API_KEY: 'key' }, 'OPENMETER_URL and OPENMETER_WEBHOOK_SECRET must be set too'],
    [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL is wrong'],
    [{ PORT: '70000' }, 'PORT is wrong'],
  ])('refuses %o with one line that names the variable', async (from, line) => {
    const { readSettings } = await import('./config.ts')
    expect(() => readSettings(from)).toThrow(line)
  })

  it.each(['DATABASE_URL', 'NATS_URL'] as const)('says that nothing answers at %s', (name) =>
    withSystem(async (options) => {
      const port = await freePort()
      const settings = { [name]: `${name === 'NATS_URL' ? 'nats' : 'postgres'}://127.0.0.1:${port}` }
      await expect(startSystem({ ...options, settings })).rejects.toThrow(
        `Nothing answers at 127.0.0.1:${port} (${name}): start it, or unset ${name}`,
      )
    }),
  )

  it('runs on a Postgres and a nats-server that are already there', () =>
    withSystem(async (options) => {
      const folder = join(options.dataDir, '..')
      const postgres_ = await startPostgres({
        dataDir: join(folder, 'pg'),
        persistent: false,
        settings: { fsync: 'off' },
      })
      const nats = await startNats({ storeDir: join(folder, 'broker') })
      const system = await startSystem({ ...options, settings: { DATABASE_URL: postgres_.url, NATS_URL: nats.url } })
      expect([system.postgres, system.nats]).toEqual([undefined, undefined])
      expect(await select(system.databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }])
      await system.stop()
      await nats.stop()
      await postgres_.stop()
    }))

  it('says that the gateway’s port is in use', () =>
    withSystem(async (options) => {
      const { createServer } = await import('node:net')
      const taken = createServer().listen(0, '127.0.0.1')
      await new Promise((resolve) => taken.once('listening', resolve))
      const address = taken.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      await expect(startSystem({ ...options, port })).rejects.toThrow(
        `Port ${port} is in use: stop what uses it, or choose another with --port`,
      )
      await new Promise((resolve) => taken.close(resolve))
    }))
})
