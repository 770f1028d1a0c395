import { transact } from '@draupnir/db'
import { emitted, expectRejection, nextId } from '@draupnir/testing'
import { JournalAppended, WalletCredited } from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import { fundsCommit } from '../recipe/funds.recipes.ts'
import { payInClear } from '../recipe/pay-in-clear.recipe.ts'
import { availableOf, books, freshContext, fund, ledgerDatabase, START, usd } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { postTransaction, tryTransaction } from './post-transaction.ts'
import { settlePending, voidPending } from './resolve-pending.ts'

const { db } = await ledgerDatabase()

const payIn = (party = nextId('party'), amount = 500) => ({
  recipe: payInClear,
  input: { party_id: party, rail: 'ach' as const, amount: usd(amount) },
  cause: nextId('payIn'),
  reference: nextId('payIn'),
  effectiveAt: START,
})

async function eventsOf(id: string) {
  const events = await emitted(db, JournalAppended)
  return events.flatMap((event) => event.data.transactions.filter((it) => it.id === id).map((it) => it.state))
}

describe('postTransaction', () => {
  it('books, and tells of it in the same transaction', async () => {
    const ctx = freshContext(db)
    const party = nextId('party')
    const transaction = await postTransaction(ctx, payIn(party))
    expect(await books(ctx)).toEqual({ [`${party}:available:USD`]: 500n, 'platform:cash.ach:USD': 500n })
    expect(await eventsOf(transaction.id)).toEqual(['posted'])
    const credits = (await emitted(db, WalletCredited)).filter((event) => event.aggregateId === party)
    expect(credits).toMatchObject([{ data: { amount: usd(500), available: usd(500), transaction_id: transaction.id } }])
  })

  it('leaves neither books nor events behind when the transaction around it fails', async () => {
    const ctx = freshContext(db)
    const before = (await emitted(db)).length
    const failing = transact(ctx, async (ctx) => {
      await postTransaction(ctx, payIn())
      throw new Error('later')
    })
    await expect(failing).rejects.toThrow('later')
    expect(await books(ctx)).toEqual({})
    expect(await emitted(db)).toHaveLength(before)
  })

  it('refuses what the wallet does not hold and leaves nothing', async () => {
    const ctx = freshContext(db)
    const buyer = nextId('party')
    await fund(ctx, buyer, 100)
    const before = (await emitted(db)).length
    await expectRejection(
      postTransaction(ctx, {
        ...payIn(),
        recipe: fundsCommit,
        input: { buyer_id: buyer, amount: usd(101) },
      }),
      'ledger.balance-insufficient',
      { available: '100', short_by: '1' },
    )
    expect(await books(ctx)).toEqual({ [`${buyer}:available:USD`]: 100n, 'platform:cash.ach:USD': 100n })
    expect(await emitted(db)).toHaveLength(before)
  })

  it('stays quiet when the same cause comes again, and refuses it with another body', async () => {
    const ctx = freshContext(db)
    const input = payIn()
    const first = await postTransaction(ctx, input)
    expect((await postTransaction(ctx, input)).id).toBe(first.id)
    expect(await eventsOf(first.id)).toEqual(['posted'])
    const other = { ...input, input: { ...input.input, amount: usd(501) } }
    await expectRejection(postTransaction(ctx, other), 'ledger.cause-reused')
    await expectRejection(postTransaction(ctx, { ...input, cause: 'another' }), 'ledger.reference-reused')
  })

  it('keeps the books of marketplaces apart', async () => {
    const [one, other] = [freshContext(db), freshContext(db)]
    const input = payIn()
    const first = await postTransaction(one, input)
    const second = await postTransaction(other, input)
    expect(second.id).not.toBe(first.id)
    expect(await books(other)).toMatchObject({ 'platform:cash.ach:USD': 500n })
  })

  it('applies each cause once and never overdraws when many ask at the same time', async () => {
    const ctx = freshContext(db)
    const buyer = nextId('party')
    await fund(ctx, buyer, 100)
    const asks = Array.from({ length: 12 }, (_, n) => ({
      ...payIn(),
      recipe: fundsCommit,
      input: { buyer_id: buyer, amount: usd(30) },
      cause: `ask-${n % 6}`,
      reference: `ask-${n % 6}`,
    }))
    const outcomes = await Promise.all(asks.map((ask) => tryTransaction(ctx, ask)))
    const ids = outcomes.flatMap((outcome) => (outcome.type === 'refused' ? [] : [outcome.transaction.id]))
    expect(new Set(ids).size).toBe(3)
    expect(await availableOf(ctx, `${buyer}:available:USD`)).toBe(10n)
    expect(await availableOf(ctx, `${buyer}:committed:USD`)).toBe(90n)
    expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
  })
})

describe('pending', () => {
  it('is told when it is booked and when it is posted', async () => {
    const ctx = freshContext(db)
    const input = payIn()
    const { id } = await postTransaction(ctx, { ...input, state: 'pending' })
    expect(await books(ctx)).toEqual({})
    const done = await settlePending(ctx, { recipe: payInClear, reference: input.reference, cause: 'cleared' })
    expect(done).toMatchObject({ id, state: 'posted', resolvedBy: 'cleared' })
    expect(await books(ctx)).toMatchObject({ 'platform:cash.ach:USD': 500n })
    expect(await eventsOf(id)).toEqual(['pending', 'posted'])
  })

  it('leaves nothing when it is voided, and cannot be posted afterwards', async () => {
    const ctx = freshContext(db)
    const input = payIn()
    const { id } = await postTransaction(ctx, { ...input, state: 'pending' })
    const end = { recipe: payInClear, reference: input.reference, cause: 'failed' }
    await voidPending(ctx, end)
    await voidPending(ctx, end)
    expect(await books(ctx)).toEqual({})
    expect(await eventsOf(id)).toEqual(['pending', 'voided'])
    await expectRejection(settlePending(ctx, { ...end, cause: 'cleared' }), 'ledger.transaction-not-pending')
    await expectRejection(settlePending(ctx, { ...end, reference: 'unknown' }), 'ledger.transaction-not-found')
  })
})
