import { createPace } from '@draupnir/modern-treasury'
import { nextId } from '@draupnir/testing'
import { HOUR_MS } from '@draupnir/time'
import { expect, it } from 'vitest'
import { payInClear } from '../recipe/pay-in-clear.recipe.ts'
import { usd } from '../service.fixture.ts'
import { postBatch } from '../transaction/post-batch.ts'
import type { Request } from '../transaction/reduce.ts'
import { copiesThere, mirrorBench, payIn } from './mirror.fixture.ts'
import { readMirror } from './read-mirror.ts'

// The limits of Modern Treasury's own sandbox, the strictest there are.
const LIMITS = { call: 25, list: 5, bulk: 1 }
const TRANSACTIONS = 2_000
const AT_ONCE = 250
const PARTIES = 40

const bench = await mirrorBench({
  // The sandbox does what a bulk request asks before it answers the next call.
  timeoutMs: 120_000,
  pace: (ticking) => createPace({ call: 20, list: 4, bulk: 0.8 }, ticking),
})
const { mt, control, clock, log } = bench
const ctx = bench.fresh()

function booked(ids: string[], owner: string): Request {
  const cause = nextId('payIn')
  const draft = {
    id: ctx.newId('transaction'),
    recipe: payInClear.code,
    cause,
    reference: cause,
    state: 'posted',
    undoes: null,
    actor: ctx.actor,
    effectiveAt: null,
    expiresAt: null,
    postings: payInClear.post({ party_id: owner as ReturnType<typeof nextId<'party'>>, rail: 'ach', amount: usd(1) }),
  } as const
  ids.push(draft.id)
  return { type: 'book', draft }
}

it('mirrors thousands within the limits, and goes on where it was stopped', async () => {
  const parties = Array.from({ length: PARTIES }, () => nextId('party'))
  const ids: string[] = []
  for (let n = 0; n < TRANSACTIONS / AT_ONCE; n += 1)
    await postBatch(
      ctx,
      Array.from({ length: AT_ONCE }, (_, k) => booked(ids, parties[(n + k) % PARTIES] ?? '')),
    )
  ids.push((await payIn(ctx, parties[0] ?? nextId('party'), 5, 'pending')).id)
  await control('PUT', 'rate-limits', LIMITS)
  for (let round = 0; round < 2; round += 1) await bench.step()
  const half = await readMirror(ctx, true)
  expect(half).toMatchObject({ state: 'behind', lastError: null })
  expect(half.lag.transactions).toBeLessThan(TRANSACTIONS)
  bench.restart()
  await bench.follow()
  // Nobody was ever told to wait: not one call was beyond the limits.
  expect(log.entries.filter(({ level }) => level === 'warn')).toEqual([])
  expect(await readMirror(ctx, true)).toMatchObject({ state: 'current', lag: { links: 0, transactions: 0 } })
  await control('PUT', 'rate-limits', null)
  const names = (await copiesThere(mt, ctx)).map(({ external_id }) => external_id)
  expect(names.toSorted()).toEqual(ids.toSorted())
  // By single calls it would have been a hundred seconds.
  expect(bench.realMs()).toBeLessThan(40_000)
  clock.advance(HOUR_MS)
  expect(await bench.verify()).toEqual([])
}, 300_000)

it('waits as long as it is told when somebody else used up the limits', async () => {
  const own = bench.fresh()
  await payIn(own, nextId('party'), 5)
  await control('PUT', 'rate-limits', { ...LIMITS, call: 1 })
  await bench.follow()
  const { state, lastError, nextAttemptAt } = await readMirror(own, true)
  expect(state).toBe('failing')
  expect(lastError).toMatch(/429/)
  expect(nextAttemptAt && nextAttemptAt > clock.now()).toBe(true)
  await control('PUT', 'rate-limits', null)
  clock.advance(HOUR_MS)
  await bench.follow()
  expect(await readMirror(own, true)).toMatchObject({ state: 'current' })
})
