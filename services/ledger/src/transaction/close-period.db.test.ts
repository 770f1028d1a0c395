import { transact } from '@draupnir/db'
import { eventually, expectRejection, nextId } from '@draupnir/testing'
import { addMs, DAY_MS, type Instant } from '@draupnir/time'
import { expect, it } from 'vitest'
import { trade } from '../pay-in/return.fixture.ts'
import { returnPayIn } from '../pay-in/return-pay-in.ts'
import { freshContext, fund, ledgerDatabase } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { closePeriod } from './close-period.ts'

const { db } = await ledgerDatabase()
const closings = (tenant: string) => db.sql`select closed_through from closings where tenant_id = ${tenant}`

it('lets closings come side by side, and keeps the latest', async () => {
  for (let round = 0; round < 5; round += 1) {
    const ctx = freshContext(db)
    const ends = Array.from({ length: 8 }, (_, step) => addMs(ctx.now(), -1 - step))
    await Promise.all(ends.map((end) => closePeriod(ctx, end)))
    expect(await closePeriod(ctx, addMs(ctx.now(), -1_000))).toBe(ends[0])
  }
})

it('closes what is over, this moment not, and stays quiet when it is closed already', async () => {
  const ctx = freshContext(db)
  await expectRejection(closePeriod(ctx, ctx.now()), 'ledger.closing-invalid', { now: ctx.now() })
  const over = addMs(ctx.now(), -1)
  expect(await closePeriod(ctx, over)).toBe(over)
  expect(await closePeriod(ctx, over)).toBe(over)
  expect(await closePeriod(ctx, addMs(over, -1))).toBe(over)
  expect(await closings(ctx.tenant)).toEqual([{ closed_through: over }])
})

it('holds up neither a leg that had matured nor a debit that had come back: they are booked when it is open again', async () => {
  const t = trade(freshContext(db))
  const { ctx } = t
  const payIn = await t.paysIn(100)
  const settlement = await t.pay(t.invoiceOf(100))
  const returnedAt = addMs(ctx.now(), DAY_MS)
  ctx.clock.advance(30 * DAY_MS)
  const through = await closePeriod(ctx, addMs(ctx.now(), -1_000))
  await t.release(settlement)
  const returned = { payInId: payIn, payer: t.buyer, reasonCode: 'R01', cause: 'returned', returnedAt }
  await returnPayIn(ctx, returned)
  await returnPayIn(ctx, returned)
  const booked = await db.sql<{ recipe: string; effective_at: Instant }[]>`
    select recipe, effective_at from transactions
    where tenant_id = ${ctx.tenant} and recipe in ('holding.release', 'pay_in.return')`
  expect(booked.map(({ recipe }) => recipe).sort()).toEqual(['holding.release', 'pay_in.return'])
  expect(new Set(booked.map(({ effective_at }) => effective_at))).toEqual(new Set([addMs(through, 1)]))
  expect(await t.held()).toEqual({})
  expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
})

it('waits for what is being booked, which still belongs to the open period', async () => {
  const ctx = freshContext(db)
  await fund(ctx, nextId('party'), 1)
  let closing: Promise<string> | null = null
  await transact(ctx, async (inner) => {
    await fund(inner, nextId('party'), 5)
    closing = closePeriod(ctx, addMs(ctx.now(), -1)).then(() => 'closed')
    const waits = eventually(async () => {
      const waiting = await db.sql`
        select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
      return waiting.length > 0 ? 'waits' : false
    })
    expect(await Promise.race([closing, waits])).toBe('waits')
  })
  expect(await closing).toBe('closed')
})
