import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openApi } from './story/api.ts'
import { assembleCast, type Cast } from './story/cast.ts'
import { type System, startSystem } from './system.ts'
import { verify, verifySystem } from './verify.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'draupnir verify '))
let system: System
let sql: Sql
let cast: Cast

beforeAll(async () => {
  system = await startSystem({ dataDir, settings: {}, postgresSettings: { shared_buffers: '32MB', fsync: 'off' } })
  sql = postgres(system.databaseUrl, { max: 1, onnotice: () => {} })
  const api = openApi(system)
  cast = await assembleCast(api)
  await api.post('/v1/pay-ins', {
    party_id: cast.buyer.party.id,
    bank_account_id: cast.buyer.bankAccount.id,
    amount: { amount: '7000', currency: 'USD' },
  })
  await api.advance('P5D')
})

afterAll(async () => {
  await sql?.end()
  await system?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

/** What does not hold, by the name of the check. */
async function wrong(): Promise<Record<string, string[]>> {
  const checks = await verifySystem(system)
  expect(checks.length).toBeGreaterThan(20)
  return Object.fromEntries(
    checks.filter(({ ok }) => !ok).map(({ name, findings }) => [name, findings.map(({ row }) => row)]),
  )
}

/** Moves rows out of a table and hands back how to move them in again. */
async function take(table: string, where: string): Promise<() => Promise<unknown>> {
  await sql.unsafe(`create table public.taken as select * from ${table} where ${where}`)
  await sql.unsafe(`delete from ${table} where ${where}`)
  return () => sql.unsafe(`insert into ${table} overriding system value table public.taken; drop table public.taken`)
}

it('finds nothing wrong with a system that works', async () => {
  expect(await wrong()).toEqual({})
})

it('names the account whose balance somebody changed by hand', async () => {
  const ref = `${cast.buyer.party.id}:available:USD`
  const change = (by: number) =>
    sql`update ledger.accounts set posted_credits = posted_credits + ${by} where ref = ${ref} returning tenant_id`
  const [row] = await change(1)
  expect(await wrong()).toMatchObject({ 'ledger.balances-equal-journal': [`account ${row?.tenant_id}/${ref}`] })
  const lines: string[] = []
  expect(await verify(['--data', dataDir], (line) => lines.push(line))).toBe(1)
  expect(lines.join('\n')).toMatch(
    new RegExp(`WRONG ledger.balances-equal-journal\n +account .*/${ref}: stored 0/7001`),
  )
  await change(-1)
  expect(await wrong()).toEqual({})
})

it('names the event that a consumer has lost', async () => {
  const [event] = await sql`select event_id from payout.outbox where type = 'payout.pay_in.cleared'`
  const restore = await take('ledger.inbox', `event_id = '${event?.event_id}'`)
  expect(await wrong()).toEqual({ 'events.settled-by-subscribers': [`ledger event ${event?.event_id}`] })
  await restore()
  expect(await wrong()).toEqual({})
})

it('names the aggregate whose events have a gap', async () => {
  const [event] = await sql`
    select pos, aggregate_type, aggregate_id from payout.outbox where type = 'payout.pay_in.cleared'`
  const restore = await take('payout.outbox', `pos = ${event?.pos}`)
  expect(await wrong()).toEqual({
    'events.published-in-order': [`payout ${event?.aggregate_type} ${event?.aggregate_id}`],
  })
  await restore()
  expect(await wrong()).toEqual({})
})
