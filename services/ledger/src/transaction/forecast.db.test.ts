import { transact } from '@draupnir/db'
import { eventually, nextId } from '@draupnir/testing'
import { addMs, MINUTE_MS } from '@draupnir/time'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fundsCommit } from '../recipe/funds.recipes.ts'
import { availableOf, freshContext, fund, ledgerDatabase } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { closePeriod } from './close-period.ts'
import { commit } from './commit.fixture.ts'
import { Forecast } from './forecast.ts'
import { createGatherer } from './gatherer.ts'
import { postBatch } from './post-batch.ts'
import type { Outcome, Request } from './reduce.ts'
import { resolveTransactions } from './transaction.store.ts'

const { db, owner } = await ledgerDatabase()

const pending = (request: Request): Request =>
  request.type === 'book' ? { ...request, draft: { ...request.draft, state: 'pending' } } : request
const idOf = (request: Request) => (request.type === 'book' ? request.draft.id : nextId('transaction'))
const end = (request: Request, type: 'settle' | 'void', cause: string): Request => ({
  type,
  target: { id: idOf(request) },
  cause,
})
const codeOf = (outcome: Outcome | undefined) => (outcome?.type === 'refused' ? outcome.code : outcome?.type)

/** A funded buyer whose books a forecast has seen, so that it foresees the next commit. */
async function seen(amount: number) {
  const ctx = freshContext(db)
  const buyer = nextId('party')
  await fund(ctx, buyer, amount)
  const forecast = new Forecast(3)
  const ask = async (...requests: Request[]) => (await postBatch(ctx, requests, forecast)).map(codeOf)
  expect(await ask(commit(ctx, buyer, 1))).toEqual(['accepted'])
  expect(await ask(commit(ctx, buyer, 1))).toEqual(['accepted'])
  const left = () => availableOf(ctx, `${buyer}:available:USD`)
  return { ctx, buyer, ask, left, forecast }
}

it('accepts what a payment it has not foreseen allows, and refuses what another has spent', async () => {
  const { ctx, buyer, ask, left } = await seen(100)
  await fund(ctx, buyer, 100)
  expect(await ask(commit(ctx, buyer, 150))).toEqual(['accepted'])
  await postBatch(ctx, [commit(ctx, buyer, 40)])
  expect(await ask(commit(ctx, buyer, 9))).toEqual(['ledger.balance-insufficient'])
  expect(await left()).toBe(8n)
})

it('repeats what another has booked under the same cause, and refuses it with another body', async () => {
  const { ctx, buyer, ask, left } = await seen(100)
  await postBatch(ctx, [commit(ctx, buyer, 10, 'a cause')])
  expect(await ask(commit(ctx, buyer, 10, 'a cause'), commit(ctx, buyer, 11, 'a cause'))).toEqual([
    'replayed',
    'ledger.cause-reused',
  ])
  expect(await left()).toBe(88n)
})

it('books one cause once among commits that are written at the same time', async () => {
  const { ctx, buyer, ask, left } = await seen(100)
  const asked = await Promise.all(Array.from({ length: 6 }, () => ask(commit(ctx, buyer, 10, 'at once'))))
  expect(asked.flat().sort()).toEqual(['accepted', ...Array.from({ length: 5 }, () => 'replayed')])
  expect(await left()).toBe(88n)
})

it('ends a pending transaction once, whoever else ends it', async () => {
  const { ctx, buyer, ask, left } = await seen(100)
  const [one, other] = [pending(commit(ctx, buyer, 10)), pending(commit(ctx, buyer, 20))]
  expect(await ask(one, other)).toEqual(['accepted', 'accepted'])
  await postBatch(ctx, [end(one, 'void', 'other')])
  expect(await ask(end(one, 'settle', 'mine'))).toEqual(['ledger.transaction-not-pending'])
  const ends = await Promise.all([
    ask(end(other, 'settle', 'x')),
    ask(end(other, 'void', 'y')),
    ask(end(other, 'settle', 'z')),
  ])
  expect(ends.flat().filter((it) => it === 'accepted')).toHaveLength(1)
  expect(await left()).toBe(ends[1]?.[0] === 'accepted' ? 98n : 78n)
  expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
})

it('writes no second end, even when it was worked out before the first one was known', async () => {
  const { ctx, buyer } = await seen(100)
  const [held] = await postBatch(ctx, [pending(commit(ctx, buyer, 10))])
  if (held?.type !== 'accepted') throw new Error('it is held')
  const { transaction } = held
  await postBatch(ctx, [{ type: 'settle', target: { id: transaction.id }, cause: 'first' }])
  const voided = { ...transaction, state: 'voided', resolvedBy: 'second', resolvedAt: ctx.now() } as const
  const late = transact(ctx, (ctx) => resolveTransactions(ctx, [voided]))
  await expect(late).rejects.toThrow('every transaction that is ended was pending')
})

it('refuses what lies in a period that was closed meanwhile', async () => {
  const { ctx, buyer, ask } = await seen(100)
  const before = ctx.now()
  ctx.clock.advance(MINUTE_MS)
  await closePeriod(ctx, addMs(ctx.now(), -1))
  const late = commit(ctx, buyer, 1)
  const backdated: Request = late.type === 'book' ? { ...late, draft: { ...late.draft, effectiveAt: before } } : late
  expect(await ask(backdated)).toEqual(['ledger.period-closed'])
})

it('moves nothing in an account that was frozen or changed by hand meanwhile', async () => {
  const { ctx, buyer, ask } = await seen(100)
  await owner.sql`update accounts set state = 'frozen' where owner = ${buyer} and account = 'available'`
  expect(await ask(commit(ctx, buyer, 1))).toEqual(['ledger.account-frozen'])
  await owner.sql`update accounts set state = 'open' where owner = ${buyer}`
  expect(await ask(commit(ctx, buyer, 1))).toEqual(['accepted'])
  expect(await ask(commit(ctx, buyer, 1))).toEqual(['accepted'])
  await owner.sql`update accounts set posted_credits = posted_credits + 1 where owner = ${buyer} and account = 'available'`
  expect(await ask(commit(ctx, buyer, 1))).toEqual(['ledger.account-frozen'])
  await owner.sql`update accounts set posted_credits = posted_credits - 1 where owner = ${buyer} and account = 'available'`
})

it('begins again when it and another wait for each other', async () => {
  const { ctx, buyer, ask, left } = await seen(100)
  let asked: Promise<(string | undefined)[]> | undefined
  const other = owner.transaction(async ({ sql }) => {
    await sql`select from accounts where owner = ${buyer} and account = 'available' for update`
    asked = ask(commit(ctx, buyer, 10, 'crossed'))
    await eventually(async () => {
      // Whoever has waited longer looks for a deadlock first, and ends himself.
      const [waiting] = await db.sql`
        select from pg_stat_activity where wait_event_type = 'Lock' and query like '%update accounts a%'
        and clock_timestamp() - query_start > interval '500 ms'`
      expect(waiting).toBeDefined()
    })
    await sql`create temporary table crossed on commit drop as select * from transactions where tenant_id = ${ctx.tenant} limit 1`
    await sql`update crossed set id = 'another', cause = 'crossed', recipe = ${fundsCommit.code}`
    await sql`insert into transactions select * from crossed`
    throw new Error('taken back')
  })
  await expect(other).rejects.toThrow('taken back')
  expect(await asked).toEqual(['accepted'])
  expect(await left()).toBe(88n)
})

const step = fc.record({
  who: fc.constantFrom('one', 'other', 'consumer'),
  buyer: fc.nat(2),
  amount: fc.integer({ min: 1, max: 60 }),
  cause: fc.nat(12),
})

it('keeps the books whole among two engines and a consumer that ask at the same time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const ctx = freshContext(db)
      const buyers = [nextId('party'), nextId('party'), nextId('party')]
      for (const buyer of buyers) await fund(ctx, buyer, 100)
      const [one, other] = [createGatherer({ db, maxRequests: 3 }), createGatherer({ db, maxRequests: 3 })]
      const ask = async ({ who, buyer, amount, cause }: (typeof steps)[number]) => {
        const request = commit(ctx, buyers[buyer] ?? nextId('party'), amount, `${cause}`)
        const gatherer = who === 'one' ? one : other
        const [outcome] = who === 'consumer' ? await postBatch(ctx, [request]) : await gatherer.submit(ctx, [request])
        return { cause, buyer, amount, outcome }
      }
      const told = await Promise.all(steps.map(ask))
      const accepted = told.filter(({ outcome }) => outcome?.type === 'accepted')
      expect(new Set(accepted.map(({ cause }) => cause)).size).toBe(accepted.length)
      for (const [index, buyer] of buyers.entries()) {
        const spent = accepted.filter((it) => it.buyer === index).reduce((sum, it) => sum + BigInt(it.amount), 0n)
        expect(await availableOf(ctx, `${buyer}:available:USD`)).toBe(100n - spent)
        expect(spent).toBeLessThanOrEqual(100n)
      }
      for (const { outcome, cause } of told) {
        const first = accepted.find((it) => it.cause === cause)?.outcome
        if (outcome?.type === 'replayed') expect(first).toMatchObject({ transaction: { id: outcome.transaction.id } })
        if (codeOf(outcome) === 'ledger.cause-reused') expect(first).toBeDefined()
      }
    }),
    { numRuns: 12 },
  )
  expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
}, 60_000)
