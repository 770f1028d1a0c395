import { nextId } from '@draupnir/testing'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@draupnir/time'
import postgres from 'postgres'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Transaction } from '../transaction/transaction.ts'
import { compareTransactions } from './compare-transactions.ts'
import { copiesThere, end, mirrorBench, payIn } from './mirror.fixture.ts'
import { readDrift } from './read-mirror.ts'

const bench = await mirrorBench()
const { mt, follow, control, clock, drift, audit } = bench
const theirs = postgres(bench.sandboxDatabaseUrl, { max: 1, onnotice: () => undefined })
afterAll(() => theirs.end())
let ctx = bench.fresh()
let party = nextId('party')
let posted: Transaction
let pending: Transaction
beforeEach(async () => {
  ctx = bench.fresh()
  party = nextId('party')
  posted = await payIn(ctx, party, 1_000)
  pending = await payIn(ctx, party, 50, 'pending')
  await follow()
  clock.advance(HOUR_MS)
})
afterEach(async () => {
  await bench.heal()
  await control('PUT', 'ledger-manner', {})
  // What a test left there must not be found by the next.
  await bench.db.sql`delete from mirror_findings`
  clock.advance(DAY_MS)
})

const rows = async () => (await drift(ctx)).map(({ row, detail }) => `${row}: ${detail}`).sort()
const wallet = () => `account ${party}:available:USD`
const cash = 'account platform:cash.ach:USD'

describe('nothing is found', () => {
  it('when everything is there', async () => {
    expect(await rows()).toEqual([])
    await audit()
    expect(await readDrift(ctx)).toEqual({ auditedAt: clock.now(), findings: [] })
  })

  it('while the mirror is behind, or in the middle of it', async () => {
    await end(ctx, pending, 'settle')
    await payIn(ctx, party, 7)
    expect(await rows()).toEqual([])
    await bench.fault({
      match: { method: 'PATCH', path_prefix: '/api/ledger_transactions' },
      effect: 'timeout_after',
      remaining: 1,
    })
    await follow()
    // What was asked for took effect there an hour ago, and nobody here knows.
    clock.advance(HOUR_MS)
    expect(await rows()).toEqual([])
    expect(await bench.verify()).toEqual([])
  })

  it('while balances there may still be late', async () => {
    await control('PUT', 'ledger-manner', { entry_delay_ms: MINUTE_MS / 2 })
    await payIn(ctx, party, 7)
    await follow()
    expect(await rows()).toEqual([])
    clock.advance(MINUTE_MS)
    expect(await rows()).toEqual([])
  })

  it('of what was archived there without ever being ours', async () => {
    const { id } = await control('POST', 'ledger_transactions/repeat', { external_id: pending.id })
    await mt.ledgerTransactions.update(id, { status: 'archived' })
    expect(await rows()).toEqual([])
  })
})

describe('what is named', () => {
  it('is a transaction made there by hand, and the accounts it changed', async () => {
    const { id } = await control('POST', 'ledger_transactions/repeat', { external_id: posted.id })
    expect(await rows()).toEqual([
      `${cash}: holds 2000/0, 50/0 there, 1000/0, 50/0 was mirrored (posted, pending debits/credits)`,
      `${wallet()}: holds 0/2000, 0/50 there, 0/1000, 0/50 was mirrored (posted, pending debits/credits)`,
      `ledger transaction ${id}: was made there, not here`,
    ])
  })

  it('is a transaction that ended there otherwise than here', async () => {
    await control('POST', 'ledger_transactions/archive', { external_id: pending.id })
    expect(await rows()).toContain(`transaction ${pending.id}: is voided there, pending was mirrored`)
    expect(await rows()).toHaveLength(3)
  })

  it('is a transaction whose entries or effective time were changed there', async () => {
    const [copy] = (await copiesThere(mt, ctx)).filter(({ external_id }) => external_id === pending.id)
    if (copy === undefined) throw new Error('the pending one is there')
    await mt.ledgerTransactions.update(copy.id, { effective_at: '2025-12-01T00:00:00Z' })
    expect(await rows()).toEqual([expect.stringContaining(`transaction ${pending.id}: is effective 2025-12-01`)])
    const entries = copy.ledger_entries.map(({ direction, ledger_account_id }) => ({
      direction,
      ledger_account_id,
      amount: 60,
    }))
    await mt.ledgerTransactions.update(copy.id, { ledger_entries: entries, effective_at: copy.effective_at })
    expect(await rows()).toContain(
      `transaction ${pending.id}: books debit platform:cash.ach:USD 60, credit ${party}:available:USD 60 there`,
    )
  })

  it('is a transaction or an account that is not there any more', async () => {
    await theirs`update resource set discarded_at = now() where kind = 'ledger_transaction' and body ->> 'external_id' = ${posted.id}`
    await theirs`update resource set discarded_at = now() where kind = 'ledger_account' and body ->> 'external_id' = ${`${party}:available:USD`}`
    expect(await rows()).toEqual([
      `${wallet()}: is not there any more`,
      expect.stringMatching(new RegExp(`^transaction ${posted.id}: .* is not there any more$`)),
    ])
  })

  it('is an account made there with something in it', async () => {
    const ledger_id = (await copiesThere(mt, ctx))[0]?.ledger_id ?? ''
    const open = (normal_balance: 'credit' | 'debit') =>
      mt.ledgerAccounts.create({ name: `by hand ${normal_balance}`, ledger_id, normal_balance, currency: 'USD' })
    const [one, two] = [await open('credit'), await open('debit')]
    expect(await rows()).toEqual([])
    const entry = { amount: 5, direction: 'credit' as const, ledger_account_id: one.id }
    const { id } = await mt.ledgerTransactions.create({
      status: 'posted',
      ledger_entries: [entry, { ...entry, direction: 'debit', ledger_account_id: two.id }],
    })
    const unknown = [
      `ledger transaction ${id}: was made there, not here`,
      `ledger account ${one.id}: by hand credit was made there, not here`,
      `ledger account ${two.id}: by hand debit was made there, not here`,
    ]
    expect(await rows()).toEqual(unknown.toSorted())
  })
})

describe('what is looked at again', () => {
  /** The pending one was changed by a hand that takes it back; the mirror posts it before or after the answer is given. */
  async function lookedAt(meanwhile: 'before' | 'after') {
    const [theirs] = (await copiesThere(mt, ctx)).filter(({ external_id }) => external_id === pending.id)
    if (theirs === undefined) throw new Error('the pending one is there')
    const { id, effective_at } = theirs
    await mt.ledgerTransactions.update(id, { effective_at: '2025-12-01T00:00:00Z' })
    const changed = await mt.ledgerTransactions.retrieve(id)
    expect(await compareTransactions(ctx, mt, [changed])).toHaveLength(1)
    const post = async () => {
      await end(ctx, pending, 'settle')
      await follow()
    }
    const retrieve = async () => {
      await mt.ledgerTransactions.update(id, { effective_at })
      if (meanwhile === 'before') {
        // It is posted there, and nobody here knows.
        await bench.fault({
          match: { method: 'PATCH', path_prefix: '/api/ledger_transactions' },
          effect: 'timeout_after',
          remaining: 1,
        })
        await post()
      }
      const answer = await mt.ledgerTransactions.retrieve(id)
      if (meanwhile === 'after') await post()
      return answer
    }
    const between = { ledgerTransactions: { retrieve } } as unknown as typeof mt
    return compareTransactions(ctx, between, [changed])
  }

  it('is no drift when a change of the mirror itself is under way by then', async () => {
    expect(await lookedAt('before')).toEqual([])
  })

  it('is no drift when the mirror has changed it since', async () => {
    expect(await lookedAt('after')).toEqual([])
  })
})

describe('the daily audit', () => {
  const found = async () => (await readDrift(ctx)).findings.map(({ row }) => row)

  it('looks at what changed since the last one, and names it as long as it differs', async () => {
    await audit()
    clock.advance(DAY_MS)
    await control('POST', 'ledger_transactions/archive', { external_id: pending.id })
    await audit()
    expect(await found()).toEqual([cash, wallet(), `transaction ${pending.id}`].toSorted())
    clock.advance(DAY_MS)
    await audit()
    expect(await found()).toHaveLength(3)
    await end(ctx, pending, 'void')
    await follow()
    clock.advance(DAY_MS)
    await audit()
    expect(await found()).toEqual([])
    expect((await readDrift(ctx)).auditedAt).toBe(clock.now())
  })

  it('finds an account that changed here and is not there, although nothing there says so', async () => {
    await audit()
    clock.advance(DAY_MS)
    await payIn(ctx, party, 9)
    await follow()
    await theirs`update resource set discarded_at = now() where kind = 'ledger_account' and body ->> 'external_id' = ${`${party}:available:USD`}`
    clock.advance(HOUR_MS)
    await audit()
    expect(await found()).toEqual([wallet()])
  })

  it('is a finding of verify, for every marketplace', async () => {
    await control('POST', 'ledger_transactions/archive', { external_id: pending.id })
    expect(await bench.verify()).toContain(
      `ledger.mirror-is-there: account ${party}:available:USD of ${ctx.tenant}: holds 0/1000, 0/0 there, 0/1000, 0/50 was mirrored (posted, pending debits/credits)`,
    )
  })
})

describe('verify', () => {
  it('names copies that are missing here, and balances that do not add up', async () => {
    await bench.owner.sql`delete from mirror_copies where external_id = ${posted.id}`
    await bench.owner.sql`update mirror_accounts set posted_credits = 1 where ref = ${`${party}:available:USD`}`
    const names = (await bench.verify()).map((text) => text.split(': ').slice(0, 2).join(': '))
    expect(names).toContain(`ledger.mirror-complete: transaction ${ctx.tenant}/${posted.id}`)
    expect(names).toContain(`ledger.mirror-equals-books: account ${ctx.tenant}/${party}:available:USD`)
  })

  it('says when nobody can be asked', async () => {
    await bench.fault({ match: { path_prefix: '/api/ledger' }, effect: 'error', status: 503 })
    expect(await bench.verify()).toContainEqual(
      expect.stringContaining('ledger.mirror-is-there: the mirror: could not be compared'),
    )
  })
})
