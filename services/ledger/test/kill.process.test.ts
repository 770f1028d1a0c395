import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TIMER_MIGRATIONS } from '@draupnir/clock'
import { connect, migrate } from '@draupnir/db'
import { OUTBOX_MIGRATIONS } from '@draupnir/outbox'
import { startPostgres } from '@draupnir/stack'
import { nextId, type RunningScript, startScript } from '@draupnir/testing'
import postgres from 'postgres'
import { expect, it } from 'vitest'
import { availableOf, freshContext, fund, ledgerDatabase } from '../src/service.fixture.ts'
import { verify } from '../src/verify/verify.ts'

const CLIENTS = 100
const KEYS = 15
const FUNDS = 10_000
const SCRIPT = new URL('./engine-clients.ts', import.meta.url)

const { db, url } = await ledgerDatabase()

interface Books {
  readonly url: string
  readonly tenant: string
  readonly buyer: string
}

function start({ url, tenant, buyer }: Books): RunningScript {
  return startScript({ script: SCRIPT, args: [url, tenant, buyer, `${CLIENTS}`, `${KEYS}`] })
}

const acknowledged = (output: string) => output.split('\n').filter((line) => line.startsWith('key-'))

it('books each key once, however often the engine is killed among its clients', async () => {
  const ctx = freshContext(db)
  const buyer = nextId('party')
  await fund(ctx, buyer, FUNDS)
  const told = new Set<string>()
  const books = { url, tenant: ctx.tenant, buyer }
  for (const last of ['key-3-1', 'key-7-5', 'key-50-9']) {
    const engine = start(books)
    await engine.printed(last)
    engine.kill('SIGKILL')
    const { output, signal } = await engine.ended
    expect(signal).toBe('SIGKILL')
    for (const key of acknowledged(output)) told.add(key)
    const booked = await db.sql<{ cause: string }[]>`select cause from transactions where tenant_id = ${ctx.tenant}`
    const causes = booked.map((row) => row.cause)
    expect([...told].filter((key) => !causes.includes(key))).toEqual([])
    expect(new Set(causes).size).toBe(causes.length)
  }
  const { code } = await start(books).ended
  expect(code).toBe(0)
  expect(await availableOf(ctx, `${buyer}:committed:USD`)).toBe(BigInt(CLIENTS * KEYS))
  expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
}, 120_000)

it('books each key once when two engines are asked the same at the same time', async () => {
  const ctx = freshContext(db)
  const buyer = nextId('party')
  await fund(ctx, buyer, FUNDS)
  const ends = await Promise.all([1, 2].map(() => start({ url, tenant: ctx.tenant, buyer }).ended))
  expect(ends.map((end) => end.code)).toEqual([0, 0])
  expect(await availableOf(ctx, `${buyer}:committed:USD`)).toBe(BigInt(CLIENTS * KEYS))
  expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
}, 120_000)

it('keeps what was acknowledged when Postgres is killed among the clients', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'draupnir-ledger-kill-'))
  let server = await startPostgres({ dataDir, persistent: true })
  try {
    const books = await prepare(server.url)
    const engine = start(books)
    await engine.printed('key-5-3')
    process.kill(server.pid, 'SIGKILL')
    server = await startPostgres({ dataDir, persistent: true, port: server.port })
    const { code, output } = await engine.ended
    expect(code).toBe(0)
    expect(new Set(acknowledged(output)).size).toBe(CLIENTS * KEYS)
    const again = connect({ url: books.url, applicationName: 'look', maxConnections: 1 })
    const [row] = await again.sql<{ transactions: number }[]>`
      select count(*)::int as transactions from transactions where recipe = 'funds.commit'`
    expect(row?.transactions).toBe(CLIENTS * KEYS)
    expect((await verify({ db: again })).filter((check) => !check.ok)).toEqual([])
    await again.close()
  } finally {
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}, 120_000)

async function prepare(adminUrl: string): Promise<Books> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined })
  await sql.unsafe("create role ledger login password 'kill'; alter role ledger set search_path to ledger")
  await sql.end()
  const own = { name: 'ledger', directory: fileURLToPath(new URL('../migrations', import.meta.url)) }
  await migrate({
    url: adminUrl,
    schema: 'ledger',
    role: 'ledger',
    sources: [OUTBOX_MIGRATIONS, TIMER_MIGRATIONS, own],
  })
  const url = new URL(adminUrl)
  url.username = 'ledger'
  url.password = 'kill'
  const pool = connect({ url: url.href, applicationName: 'prepare', maxConnections: 1 })
  const ctx = freshContext(pool)
  const buyer = nextId('party')
  await fund(ctx, buyer, FUNDS)
  await pool.close()
  return { url: url.href, tenant: ctx.tenant, buyer }
}
