import { nextId } from '@draupnir/testing'
import { addMs, HOUR_MS, type Instant, MINUTE_MS } from '@draupnir/time'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { payInClear } from '../recipe/pay-in-clear.recipe.ts'
import { freshContext, ledgerDatabase, START, usd } from '../service.fixture.ts'
import { postBatch } from '../transaction/post-batch.ts'
import type { Request } from '../transaction/reduce.ts'
import { account } from './account.ts'
import { pending, posted } from './balance.ts'
import { readFinancials } from './read-accounts.ts'
import { readBalanceAt, readStatement } from './read-statement.ts'

const { db } = await ledgerDatabase()

/** What happened, told simply: the oracle sums it. */
interface Told {
  readonly recordedAt: Instant
  readonly effectiveAt: Instant
  readonly posted: bigint
  readonly pending: bigint
}

const step = fc.record({
  waitMs: fc.constantFrom(0, 1, MINUTE_MS - 1, MINUTE_MS, MINUTE_MS + 1, HOUR_MS),
  effectiveMs: fc.constantFrom(0, 0, 1_000, MINUTE_MS, MINUTE_MS + 1, 3 * HOUR_MS, -HOUR_MS),
  amount: fc.integer({ min: 1, max: 1_000 }),
  does: fc.constantFrom('post', 'post', 'hold', 'settle', 'void'),
})

async function play(steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]) {
  const ctx = freshContext(db)
  const party = nextId('party')
  const wallet = account.available(party, 'USD')
  const told: Told[] = []
  const held: { reference: string; amount: bigint }[] = []
  for (const { waitMs, effectiveMs, amount, does } of steps) {
    ctx.clock.advance(waitMs)
    const recordedAt = ctx.now()
    const ends = does === 'settle' || does === 'void'
    const pendingOne = ends ? held.pop() : undefined
    const reference = pendingOne?.reference ?? nextId('payIn')
    const effectiveAt = addMs(recordedAt, -effectiveMs)
    const request: Request =
      pendingOne !== undefined && ends
        ? { type: does, target: { recipe: payInClear.code, reference }, cause: `end-${reference}` }
        : {
            type: 'book',
            draft: {
              id: ctx.newId('transaction'),
              recipe: payInClear.code,
              cause: reference,
              reference,
              state: does === 'hold' ? 'pending' : 'posted',
              undoes: null,
              actor: 'key_test',
              effectiveAt,
              expiresAt: null,
              postings: payInClear.post({ party_id: party, rail: 'ach', amount: usd(amount) }),
            },
          }
    const [outcome] = await postBatch(ctx, [request])
    expect(outcome?.type).toBe('accepted')
    const sum = BigInt(amount)
    if (request.type !== 'book') {
      const { amount } = pendingOne ?? { amount: 0n }
      told.push({ recordedAt, effectiveAt: recordedAt, posted: does === 'settle' ? amount : 0n, pending: -amount })
    } else if (does === 'hold') {
      held.push({ reference, amount: sum })
      told.push({ recordedAt, effectiveAt, posted: 0n, pending: sum })
    } else told.push({ recordedAt, effectiveAt, posted: sum, pending: 0n })
  }
  return { ctx, wallet, told }
}

it('equals a recomputation from what was told, as of any effective and any recorded time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const { ctx, wallet, told } = await play(steps)
      const moments = told.flatMap(({ recordedAt, effectiveAt }) => [
        recordedAt,
        effectiveAt,
        addMs(effectiveAt, -1),
        addMs(recordedAt, 1),
      ])
      for (const at of new Set([START, ...moments])) {
        for (const asOf of [
          { effectiveAt: at, recordedAt: null },
          { effectiveAt: null, recordedAt: at },
          { effectiveAt: at, recordedAt: moments[0] ?? at },
          { effectiveAt: moments[1] ?? at, recordedAt: at },
        ]) {
          const known = told.filter(
            (it) =>
              (asOf.recordedAt === null || it.recordedAt <= asOf.recordedAt) &&
              (asOf.effectiveAt === null || it.effectiveAt <= asOf.effectiveAt),
          )
          const sum = (of: 'posted' | 'pending') => known.reduce((total, it) => total + it[of], 0n)
          const balance = await readBalanceAt(ctx, wallet.ref, asOf)
          expect([posted(balance), pending(balance)], JSON.stringify({ asOf, told: `${told.length}` })).toEqual([
            sum('posted'),
            sum('pending'),
          ])
        }
      }
    }),
    { numRuns: 25 },
  )
}, 60_000)

it('states what was recorded between two balances, page by page', async () => {
  const steps = Array.from({ length: 7 }, () => ({
    waitMs: HOUR_MS,
    effectiveMs: 0,
    amount: 10,
    does: 'post' as const,
  }))
  const { ctx, wallet, told } = await play(steps)
  const from = told[2]?.recordedAt ?? START
  const to = told[5]?.recordedAt ?? START
  const first = await readStatement(ctx, wallet.ref, { from, to, after: null, limit: 2 })
  expect([posted(first.opening), posted(first.closing)]).toEqual([20n, 50n])
  expect(first.lines.map((it) => it.posted_credits)).toEqual([30n, 40n])
  const last = first.lines.at(-1)
  if (last === undefined) throw new Error('there are lines')
  const rest = await readStatement(ctx, wallet.ref, {
    from,
    to,
    after: [last.recorded_at, last.version.toString()],
    limit: 2,
  })
  expect(rest.lines.map((it) => it.posted_credits)).toEqual([50n])
})

it('balances the sheet', async () => {
  const { ctx } = await play([{ waitMs: 0, effectiveMs: 0, amount: 70, does: 'post' }])
  expect(await readFinancials(ctx)).toMatchObject([
    {
      currency: 'USD',
      assets: { total: '70', accounts: { 'cash.ach': '70' } },
      liabilities: { total: '70' },
      difference: '0',
    },
  ])
})
