import { nextId } from '@draupnir/testing'
import { HOUR_MS, SECOND_MS } from '@draupnir/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { payInClear } from '../recipe/pay-in-clear.recipe.ts'
import { usd } from '../service.fixture.ts'
import { postBatch } from '../transaction/post-batch.ts'
import type { Request } from '../transaction/reduce.ts'
import { copiesThere, mirrorBench } from './mirror.fixture.ts'

const bench = await mirrorBench({ timeoutMs: 20_000 })
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

/** So many pay-ins of one party, in one commit. */
async function payInsAtOnce(count: number): Promise<string[]> {
  const party = nextId('party')
  const requests = Array.from({ length: count }, (): Request => {
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
      postings: payInClear.post({ party_id: party, rail: 'ach', amount: usd(1) }),
    } as const
    return { type: 'book', draft }
  })
  return (await postBatch(ctx, requests)).flatMap((it) => (it.type === 'accepted' ? [it.transaction.id] : [])).sort()
}

const there = async () => (await copiesThere(mt, ctx)).map(({ external_id }) => external_id).sort()
const BULK = { method: 'POST', path_prefix: '/api/bulk_requests' }
const bulks = async () => (await mt.bulkRequests.list({ per_page: 100 })).items.length

describe('many at once', () => {
  it('go by bulk requests, each transaction once', async () => {
    const before = await bulks()
    const ids = await payInsAtOnce(120)
    await follow()
    expect(await there()).toEqual(ids)
    expect((await bulks()) - before).toBe(1)
  })

  it.each(['timeout_after', 'timeout_before'])('although nobody answered: %s', async (effect) => {
    await fault({ match: BULK, effect, remaining: 1 })
    const before = await bulks()
    const ids = await payInsAtOnce(60)
    await follow()
    clock.advance(25 * HOUR_MS)
    bench.restart()
    await follow()
    expect(await there()).toEqual(ids)
    expect((await bulks()) - before).toBe(1)
  })

  it('wait for a request that takes its time, and look at nothing else meanwhile', async () => {
    await control('PUT', 'ledger-manner', { bulk_delay_ms: 5 * SECOND_MS })
    const ids = await payInsAtOnce(60)
    await follow()
    expect(await there()).toEqual([])
    clock.advance(SECOND_MS)
    await follow()
    expect(await there()).toEqual([])
    clock.advance(5 * SECOND_MS)
    await follow()
    expect(await there()).toEqual(ids)
  })

  it('ask one by one for what the request refused, and find what was there already', async () => {
    const ids = await payInsAtOnce(60)
    await fault({ match: BULK, effect: 'timeout_before', remaining: 1 })
    await follow()
    // Meanwhile somebody was faster with the first: a process that had lost its lease, say.
    const [first = ''] = ids
    const [ledger] = (await mt.ledgers.list({ metadata: { draupnir_id: ctx.tenant } })).items
    const accounts = (await mt.ledgerAccounts.list({ ledger_id: ledger?.id ?? '' })).items
    const idOf = (name: string) => accounts.find(({ external_id }) => external_id?.includes(name))?.id ?? ''
    const entry = { amount: 1, direction: 'debit', ledger_account_id: idOf(':cash.ach:') } as const
    await mt.ledgerTransactions.create({
      external_id: first,
      status: 'posted',
      effective_at: clock.now(),
      ledger_entries: [entry, { ...entry, direction: 'credit', ledger_account_id: idOf(':available:') }],
    })
    clock.advance(HOUR_MS)
    await follow()
    expect(await there()).toEqual(ids)
  })
})
