import { transact } from '@draupnir/db'
import { nextId } from '@draupnir/testing'
import { addMs, HOUR_MS } from '@draupnir/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { undoTransaction } from '../transaction/submit-transactions.ts'
import { openCopies, saveKnown } from './copy.store.ts'
import { balancesThere, copiesThere, end, mirrorBench, payIn } from './mirror.fixture.ts'
import { planCopies } from './plan-copies.ts'
import { readMirror } from './read-mirror.ts'
import { retryRefused } from './retry-refused.ts'

const bench = await mirrorBench({ timeoutMs: 2_000 })
const { mt, follow, fault, control, clock } = bench
let ctx = bench.fresh()
beforeEach(() => {
  ctx = bench.fresh()
  bench.restart()
})
afterEach(async () => {
  await bench.heal()
  await control('PUT', 'ledger-manner', {})
  clock.advance(HOUR_MS)
  await follow()
  expect(await bench.verify()).toEqual([])
})

const there = async () => (await copiesThere(mt, ctx)).map(({ external_id, status }) => [external_id, status]).sort()
const CREATE = { method: 'POST', path_prefix: '/api/ledger_transactions' }

describe('a transaction', () => {
  it('is there as it is here, under its own id, with its accounts and what they hold', async () => {
    const party = nextId('party')
    const { id, bookedAt } = await payIn(ctx, party, 125_000)
    await follow()
    const [copy] = await copiesThere(mt, ctx)
    expect(copy).toMatchObject({
      external_id: id,
      status: 'posted',
      description: 'pay_in.clear',
      effective_at: addMs(ctx.now(), -1_000).replace('Z', '000Z'),
      metadata: { draupnir_id: id, recipe: 'pay_in.clear', booked_at: bookedAt },
    })
    expect(await balancesThere(mt, ctx)).toEqual({
      'platform:cash.ach:USD': [125_000, 0, 125_000, 0],
      [`${party}:available:USD`]: [0, 125_000, 0, 125_000],
    })
  })

  it('is pending there while it is here, and posted when it is, effective when that was told', async () => {
    const party = nextId('party')
    const booked = await payIn(ctx, party, 100, 'pending')
    await follow()
    expect(await there()).toEqual([[booked.id, 'pending']])
    expect((await balancesThere(mt, ctx))[`${party}:available:USD`]).toEqual([0, 0, 0, 100])
    clock.advance(HOUR_MS)
    await end(ctx, booked, 'settle')
    await follow()
    expect(await there()).toEqual([[booked.id, 'posted']])
    expect((await copiesThere(mt, ctx))[0]?.effective_at).toBe(clock.now().replace('Z', '000Z'))
    expect((await balancesThere(mt, ctx))[`${party}:available:USD`]).toEqual([0, 100, 0, 100])
  })

  it('is archived there when it is voided here', async () => {
    const booked = await payIn(ctx, nextId('party'), 100, 'pending')
    await follow()
    await end(ctx, booked, 'void')
    await follow()
    expect(await there()).toEqual([[booked.id, 'archived']])
  })

  it('that came to its end before it was mirrored is there once, at its end', async () => {
    const [posted, voided] = [
      await payIn(ctx, nextId('party'), 1, 'pending'),
      await payIn(ctx, nextId('party'), 2, 'pending'),
    ]
    await end(ctx, posted, 'settle')
    await end(ctx, voided, 'void')
    await follow()
    expect(await there()).toEqual([
      [posted.id, 'posted'],
      [voided.id, 'archived'],
    ])
  })

  it('that undoes another is one of its own', async () => {
    const party = nextId('party')
    const booked = await payIn(ctx, party, 100)
    await undoTransaction(ctx, booked.id, nextId('request'))
    await follow()
    const copies = await copiesThere(mt, ctx)
    expect(copies.map(({ status }) => status)).toEqual(['posted', 'posted'])
    expect(copies.map(({ metadata }) => metadata.undoes).filter(Boolean)).toEqual([booked.id])
    expect((await balancesThere(mt, ctx))[`${party}:available:USD`]).toEqual([100, 100, 100, 100])
  })
})

describe('exactly once', () => {
  it.each(['timeout_after', 'timeout_before'])('although nobody answered: %s', async (effect) => {
    await fault({ match: CREATE, effect, remaining: 1 })
    const { id } = await payIn(ctx, nextId('party'), 100)
    await follow()
    expect(await readMirror(ctx, true)).toMatchObject({ state: 'failing', lag: { transactions: 1 } })
    clock.advance(HOUR_MS)
    await follow()
    expect(await there()).toEqual([[id, 'posted']])
    expect(await readMirror(ctx, true)).toMatchObject({ state: 'current', lastError: null })
  })

  it.each([429, 500, 503, 409, 401])('after %i', async (status) => {
    await fault({ match: CREATE, effect: 'error', status, remaining: 1 })
    const { id } = await payIn(ctx, nextId('party'), 100)
    await follow()
    clock.advance(HOUR_MS)
    await follow()
    expect(await there()).toEqual([[id, 'posted']])
  })

  it.each(['ledgers', 'ledger_accounts'])('although nobody answered to %s', async (resource) => {
    await fault({ match: { method: 'POST', path_prefix: `/api/${resource}` }, effect: 'timeout_after', remaining: 1 })
    const { id } = await payIn(ctx, nextId('party'), 100)
    await follow()
    clock.advance(25 * HOUR_MS)
    await follow()
    expect(await there()).toEqual([[id, 'posted']])
    expect((await mt.ledgers.list({ metadata: { draupnir_id: ctx.tenant } })).items).toHaveLength(1)
    expect(Object.keys(await balancesThere(mt, ctx))).toHaveLength(2)
  })

  it('where a name that is taken is called a conflict: it is looked for before it is asked for again', async () => {
    await fault({ match: CREATE, effect: 'timeout_after', remaining: 1 })
    const { id } = await payIn(ctx, nextId('party'), 100)
    await follow()
    await fault({ match: CREATE, effect: 'error', status: 409 })
    clock.advance(25 * HOUR_MS)
    await follow()
    expect(await there()).toEqual([[id, 'posted']])
    expect(await readMirror(ctx, true)).toMatchObject({ state: 'current' })
  })

  it('in what is kept here, when somebody else recorded the same', async () => {
    await payIn(ctx, nextId('party'), 100)
    await transact(ctx, planCopies)
    const [copy] = await openCopies(ctx, 1)
    if (copy === undefined) throw new Error('one is asked for')
    const known = [{ copy, ledgerTransactionId: crypto.randomUUID(), state: 'posted' as const }]
    const rolledBack = transact(ctx, async (ctx) => {
      expect([...(await saveKnown(ctx, known))]).toEqual([copy.externalId])
      expect([...(await saveKnown(ctx, known))]).toEqual([])
      throw new Error('only looked')
    })
    await expect(rolledBack).rejects.toThrow('only looked')
  })

  it('when it ended before its answer was known and its key was forgotten', async () => {
    await fault({ match: CREATE, effect: 'timeout_after', remaining: 1 })
    const booked = await payIn(ctx, nextId('party'), 100, 'pending')
    await follow()
    await end(ctx, booked, 'void')
    clock.advance(25 * HOUR_MS)
    bench.restart()
    await follow()
    expect(await there()).toEqual([[booked.id, 'archived']])
  })

  it.each(['posted', 'archived'])('%s although nobody answered to the change', async (status) => {
    const booked = await payIn(ctx, nextId('party'), 100, 'pending')
    await follow()
    await end(ctx, booked, status === 'posted' ? 'settle' : 'void')
    await fault({
      match: { method: 'PATCH', path_prefix: '/api/ledger_transactions' },
      effect: 'timeout_after',
      remaining: 1,
    })
    await follow()
    clock.advance(25 * HOUR_MS)
    await follow()
    expect(await there()).toEqual([[booked.id, status]])
  })

  it('when two processes do the same work at once', async () => {
    const ids: string[] = []
    for (let n = 1; n <= 20; n += 1) ids.push((await payIn(ctx, nextId('party'), n, n % 2 ? 'posted' : 'pending')).id)
    const first = bench.step()
    bench.restart()
    await Promise.allSettled([first, bench.step(), bench.step()])
    clock.advance(HOUR_MS)
    await follow()
    expect((await there()).map(([name]) => name)).toEqual(ids.toSorted())
  })
})

describe('what is refused for good', () => {
  it('is set aside and named, does not hold up the rest, and is asked for again when somebody says so', async () => {
    await fault({ match: CREATE, effect: 'error', status: 422, remaining: 1 })
    const first = await payIn(ctx, nextId('party'), 100)
    await follow()
    const second = await payIn(ctx, nextId('party'), 100)
    await follow()
    expect(await there()).toEqual([[second.id, 'posted']])
    expect(await readMirror(ctx, true)).toMatchObject({ state: 'current' })
    expect(await bench.verify()).toContainEqual(
      expect.stringContaining(`ledger.mirror-complete: transaction ${ctx.tenant}/${first.id}`),
    )
    expect(await retryRefused(ctx)).toBe(1)
    await follow()
    expect(await there()).toEqual([
      [first.id, 'posted'],
      [second.id, 'posted'],
    ])
  })
})
