import { required } from '@draupnir/errors'
import { money } from '@draupnir/money'
import { eventually, expectRejection, nextId } from '@draupnir/testing'
import { describe, expect, it } from 'vitest'
import { reservePayout } from '../payout/reserve-payout.ts'
import { payInReturn } from '../recipe/pay-in-return.recipe.ts'
import { availableOf, freshContext, fund, ledgerDatabase, START, usd } from '../service.fixture.ts'
import { timers } from '../timers.ts'
import { postTransaction } from '../transaction/post-transaction.ts'
import { verify } from '../verify/verify.ts'
import { earn, payoutFor, toldOf } from './cash-out.fixture.ts'
import type { Schedule } from './cash-out-policy.ts'
import { listCashOuts, readCashOut } from './read-cash-out.ts'
import { requestCashOut } from './request-cash-out.ts'
import { readCashOutPolicy, setCashOutPolicy } from './set-cash-out-policy.ts'

const { db, owner } = await ledgerDatabase()
const USD = (amount: number) => money(BigInt(amount), 'USD')
const everything = { before: null, limit: 10 }

/** A seller of a marketplace of its own, under a policy when one is given. */
async function seller(schedule?: Schedule, minimum: number | null = null) {
  const ctx = freshContext(db)
  const partyId = nextId('party')
  await fund(ctx, partyId, 5)
  if (schedule !== undefined) {
    await setCashOutPolicy(ctx, { partyId, schedule, minimum: minimum === null ? null : USD(minimum) })
  }
  const told = async () => (await toldOf(db, partyId)).map((it) => Number(it.amount.amount))
  return { ctx, partyId, told }
}

/** Runs the timers of the tenant that are due. */
async function runDue(ctx: Awaited<ReturnType<typeof seller>>['ctx']): Promise<void> {
  const due = await db.sql<{ id: string; kind: string; data: unknown }[]>`
    delete from timers where tenant_id = ${ctx.tenant} and due_at <= ${ctx.now()} and kind = 'ledger.cash-out-due'
    returning id, kind, data`
  for (const { kind, data } of due) {
    const timer = required(
      timers.find((it) => it.kind === kind),
      'somebody runs it',
    )
    if (timer.type === 'timer') await timer.run(ctx, data)
  }
}

describe('on release', () => {
  it('cashes out what was released, names its leg, and leaves what was paid in', async () => {
    const { ctx, partyId } = await seller()
    const { settlementId, legId } = await earn(ctx, partyId, 100)
    const [told, ...more] = await toldOf(db, partyId)
    expect(more).toEqual([])
    expect(told).toMatchObject({
      amount: usd(90),
      policy: 'on_release',
      state: 'requested',
      legs: [{ settlement_id: settlementId, leg_id: legId, amount: usd(90) }],
      requested_at: ctx.now(),
    })
    expect(await listCashOuts(ctx, { ...everything, partyId })).toMatchObject([{ id: told?.id, state: 'requested' }])
    expect(await availableOf(ctx, `${partyId}:available:USD`)).toBe(95n)
    expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
  })

  it('takes nothing twice: the next release is a cash-out of its own', async () => {
    const { ctx, partyId, told } = await seller()
    await earn(ctx, partyId, 100)
    await earn(ctx, partyId, 200)
    expect(await told()).toEqual([90, 180])
  })

  it('keeps back what the party owes', async () => {
    const { ctx, partyId, told } = await seller()
    const taken = [{ from: 'receivable' as const, party_id: partyId, amount: usd(30) }]
    const owed = { recipe: payInReturn, input: { rail: 'ach' as const, taken } }
    await postTransaction(ctx, { ...owed, cause: 'owed', reference: 'owed', effectiveAt: START })
    await earn(ctx, partyId, 100)
    // 90 was earned, 30 of it went to the debt; the 5 that were paid in are no earnings.
    expect(await told()).toEqual([60])
  })
})

it('leaves out what of a leg was taken back', async () => {
  const { ctx, partyId, told } = await seller({ kind: 'on_request' })
  const { legId } = await earn(ctx, partyId, 100)
  await owner.sql`update settlement_legs set reversed = 40 where id = ${legId}`
  await setCashOutPolicy(ctx, { partyId, schedule: { kind: 'on_release' }, minimum: null })
  expect(await told()).toEqual([50])
  await owner.sql`update settlement_legs set reversed = 0 where id = ${legId}`
})

describe('on request', () => {
  it('cashes out nothing by itself, a part and then the rest when asked, oldest leg first', async () => {
    const { ctx, partyId, told } = await seller({ kind: 'on_request' })
    const first = await earn(ctx, partyId, 100)
    const second = await earn(ctx, partyId, 200)
    expect(await told()).toEqual([])
    const part = await requestCashOut(ctx, { partyId, currency: 'USD', amount: USD(100) })
    expect(part.legs).toMatchObject([
      { legId: first.legId, amount: USD(90) },
      { legId: second.legId, amount: USD(10) },
    ])
    const rest = await requestCashOut(ctx, { partyId, currency: 'USD', amount: null })
    // With the 5 that were paid in, which no settlement earned.
    expect(rest).toMatchObject({ amount: USD(175), legs: [{ legId: second.legId, amount: USD(170) }] })
    expect(await readCashOut(ctx, rest.id)).toEqual(rest)
    expect(await told()).toEqual([100, 175])
  })

  it('refuses more than is free, promised funds not counted, and less than the minimum', async () => {
    const { ctx, partyId, told } = await seller({ kind: 'on_request' }, 20)
    await earn(ctx, partyId, 100)
    await requestCashOut(ctx, { partyId, currency: 'USD', amount: USD(60) })
    const ask = (amount: number | null) =>
      requestCashOut(ctx, { partyId, currency: 'USD', amount: amount === null ? null : USD(amount) })
    await expectRejection(ask(36), 'ledger.balance-insufficient', {
      party_id: partyId,
      amount: { ...usd(36) },
      available: { ...usd(35) },
    })
    await expectRejection(ask(19), 'ledger.cash-out-below-minimum')
    await ask(35)
    await expectRejection(ask(null), 'ledger.balance-insufficient')
    expect(await told()).toEqual([60, 35])
  })

  it('gives everything to the first of two who ask at once: the second waits and finds nothing left', async () => {
    const { ctx, partyId, told } = await seller({ kind: 'on_request' })
    await earn(ctx, partyId, 100)
    const ask = (own: typeof ctx) => requestCashOut(own, { partyId, currency: 'USD', amount: USD(90) })
    const second = await db.transaction(async (tx) => {
      await ask({ ...ctx, db: tx })
      const waiting = ask(ctx).then(
        () => 'given',
        (error) => error.code,
      )
      await eventually(async () => {
        const [row] = await owner.sql<{ waits: boolean }[]>`
          select exists (select from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock') as waits`
        expect(row?.waits).toBe(true)
      })
      return { waiting }
    })
    expect(await second.waiting).toBe('ledger.balance-insufficient')
    expect(await told()).toEqual([90])
  })

  it("finds neither another marketplace's party nor its cash-out", async () => {
    const { ctx, partyId } = await seller({ kind: 'on_request' })
    const { id } = await requestCashOut(ctx, { partyId, currency: 'USD', amount: null })
    const stranger = freshContext(db)
    await expectRejection(requestCashOut(stranger, { partyId, currency: 'USD', amount: null }), 'request.not-found')
    await expectRejection(readCashOut(stranger, id), 'request.not-found')
    await expectRejection(listCashOuts(stranger, { ...everything, partyId }), 'request.not-found')
    await expectRejection(readCashOutPolicy(stranger, partyId), 'request.not-found')
  })
})

describe('by the clock', () => {
  const daily: Schedule = { kind: 'daily', at: { time: '09:00', zone: 'Europe/Berlin', weekday: null } }

  it('gathers a day’s releases into one cash-out at the local time', async () => {
    const { ctx, partyId, told } = await seller(daily)
    await earn(ctx, partyId, 100)
    await earn(ctx, partyId, 200)
    expect(await told()).toEqual([])
    expect(await readCashOutPolicy(ctx, partyId)).toMatchObject({ dueAt: '2026-01-01T08:00:00.000Z' })
    await runDue(ctx)
    expect(await told()).toEqual([270])
    // Nothing is left: no clock runs until something is released again.
    expect(await readCashOutPolicy(ctx, partyId)).toMatchObject({ dueAt: null })
    await earn(ctx, partyId, 100)
    expect(await readCashOutPolicy(ctx, partyId)).toMatchObject({ dueAt: '2026-01-07T08:00:00.000Z' })
  })

  it('waits for the minimum, and looks again the next time', async () => {
    const { ctx, partyId, told } = await seller(daily, 100)
    await earn(ctx, partyId, 100)
    await runDue(ctx)
    expect(await told()).toEqual([])
    expect(await readCashOutPolicy(ctx, partyId)).toMatchObject({ dueAt: '2026-01-03T08:00:00.000Z' })
    await earn(ctx, partyId, 20)
    await runDue(ctx)
    expect(await told()).toEqual([108])
  })

  it('comes round on its weekday', async () => {
    const at = { time: '17:30', zone: 'America/New_York', weekday: 'friday' } as const
    const { ctx, partyId, told } = await seller({ kind: 'weekly', at })
    await runDue(ctx)
    await earn(ctx, partyId, 100)
    expect(await readCashOutPolicy(ctx, partyId)).toMatchObject({ dueAt: '2026-01-02T22:30:00.000Z' })
    await runDue(ctx)
    expect(await told()).toEqual([90])
  })

  it('stays quiet when the policy was changed meanwhile', async () => {
    const { ctx, partyId, told } = await seller(daily)
    await earn(ctx, partyId, 100)
    const stale = { ...(await readCashOutPolicy(ctx, partyId)) }
    await setCashOutPolicy(ctx, { partyId, schedule: { kind: 'on_request' }, minimum: null })
    const timer = required(
      timers.find((it) => it.kind === 'ledger.cash-out-due'),
      'somebody runs it',
    )
    expect(stale.dueAt).not.toBeNull()
    if (timer.type === 'timer') await timer.run(ctx, { party_id: partyId })
    expect(await told()).toEqual([])
    const [row] = await db.sql<{ count: number }[]>`
      select count(*)::int as count from timers where tenant_id = ${ctx.tenant} and kind = 'ledger.cash-out-due'`
    expect(row?.count).toBe(0)
  })

  it('refuses a time zone there is not', async () => {
    const { ctx, partyId } = await seller()
    const schedule: Schedule = { kind: 'daily', at: { time: '09:00', zone: 'Mars/Olympus', weekday: null } }
    await expectRejection(setCashOutPolicy(ctx, { partyId, schedule, minimum: null }), 'ledger.time-zone-unknown')
  })
})

describe('by threshold', () => {
  it('waits until the earnings reach it, then takes all of them', async () => {
    const { ctx, partyId, told } = await seller({ kind: 'threshold', threshold: USD(150) })
    await earn(ctx, partyId, 100)
    expect(await told()).toEqual([])
    await earn(ctx, partyId, 100)
    expect(await told()).toEqual([180])
  })
})

describe('setting a policy', () => {
  it('acts on what is there, tells who set it, and stays quiet when nothing changes', async () => {
    const { ctx, partyId, told } = await seller({ kind: 'on_request' })
    await earn(ctx, partyId, 100)
    const input = { partyId, schedule: { kind: 'on_release' } as const, minimum: null }
    const set = await setCashOutPolicy(ctx, input)
    expect(set).toMatchObject({ schedule: { kind: 'on_release' }, set: { by: 'key_test', at: ctx.now() } })
    expect(await told()).toEqual([90])
    ctx.clock.advance(1)
    expect(await setCashOutPolicy(ctx, input)).toEqual(set)
  })

  it('is on release for whom nobody set one', async () => {
    const ctx = freshContext(db)
    const partyId = nextId('party')
    await fund(ctx, partyId, 5)
    expect(await readCashOutPolicy(ctx, partyId)).toMatchObject({ schedule: { kind: 'on_release' }, set: null })
  })
})

it('refuses to reserve the payout of no cash-out, or of another amount', async () => {
  const { ctx, partyId } = await seller()
  await earn(ctx, partyId, 100)
  const cashOut = required((await toldOf(db, partyId))[0], 'it was told')
  const reserve = (payout: ReturnType<typeof payoutFor>) =>
    reservePayout(ctx, { payout, cause: nextId('request'), effectiveAt: START })
  await expectRejection(reserve(payoutFor({ ...cashOut, id: nextId('cashOut') })), 'ledger.cash-out-unknown')
  await expectRejection(reserve(payoutFor({ ...cashOut, amount: usd(91) })), 'ledger.cash-out-unknown')
  await expectRejection(reserve(payoutFor({ ...cashOut, party_id: nextId('party') })), 'ledger.cash-out-unknown')
  await reserve(payoutFor(cashOut))
})
