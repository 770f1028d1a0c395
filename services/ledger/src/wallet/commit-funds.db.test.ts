import { emitted, expectRejection, nextId } from '@draupnir/testing'
import { type Collection, CollectionCommitted, CollectionRefused } from '@draupnir/wire'
import { expect, it } from 'vitest'
import { books, freshContext, fund, ledgerDatabase, START, usd } from '../service.fixture.ts'
import { commitFunds } from './commit-funds.ts'
import { openWallet } from './open-wallet.ts'
import { readWallet } from './read-wallet.ts'

const { db } = await ledgerDatabase()

function collection(buyer: Collection['buyer_id'], amount: number): Collection {
  return {
    id: nextId('collection'),
    invoice_id: nextId('invoice'),
    contract_id: nextId('contract'),
    buyer_id: buyer,
    method: 'wallet',
    amount: usd(amount),
    attempt: 1,
  }
}

it('sets the funds of an invoice aside and says so', async () => {
  const ctx = freshContext(db)
  const buyer = nextId('party')
  await fund(ctx, buyer, 100)
  const asked = collection(buyer, 60)
  await commitFunds(ctx, { collection: asked, cause: 'evt-1', effectiveAt: START })
  expect(await books(ctx)).toMatchObject({ [`${buyer}:available:USD`]: 40n, [`${buyer}:committed:USD`]: 60n })
  const said = (await emitted(db, CollectionCommitted)).filter((event) => event.aggregateId === asked.id)
  expect(said).toMatchObject([{ data: { invoice_id: asked.invoice_id, amount: usd(60) } }])
})

it('says no, with what is available, when the wallet is too small', async () => {
  const ctx = freshContext(db)
  const buyer = nextId('party')
  await fund(ctx, buyer, 59)
  const asked = collection(buyer, 60)
  await commitFunds(ctx, { collection: asked, cause: 'evt-1', effectiveAt: START })
  expect(await books(ctx)).toMatchObject({ [`${buyer}:available:USD`]: 59n })
  const said = (await emitted(db, CollectionRefused)).filter((event) => event.aggregateId === asked.id)
  expect(said).toMatchObject([{ data: { available: usd(59), code: 'ledger.balance-insufficient' } }])
})

it('says no when the buyer never had a wallet', async () => {
  const ctx = freshContext(db)
  const asked = collection(nextId('party'), 60)
  await commitFunds(ctx, { collection: asked, cause: 'evt-1', effectiveAt: START })
  const said = (await emitted(db, CollectionRefused)).filter((event) => event.aggregateId === asked.id)
  expect(said).toMatchObject([{ data: { available: usd(0) } }])
})

it('commits the same collection again after a refusal, but never twice', async () => {
  const ctx = freshContext(db)
  const buyer = nextId('party')
  const asked = collection(buyer, 60)
  await commitFunds(ctx, { collection: asked, cause: 'evt-1', effectiveAt: START })
  await fund(ctx, buyer, 200)
  await commitFunds(ctx, { collection: { ...asked, attempt: 2 }, cause: 'evt-2', effectiveAt: START })
  expect(await books(ctx)).toMatchObject({ [`${buyer}:committed:USD`]: 60n })
  const third = commitFunds(ctx, { collection: { ...asked, attempt: 3 }, cause: 'evt-3', effectiveAt: START })
  await expectRejection(third, 'ledger.reference-reused')
})

it('shows an empty wallet as soon as a party is known, and none for a stranger', async () => {
  const ctx = freshContext(db)
  const party = nextId('party')
  expect(await readWallet(ctx, party)).toBeNull()
  await openWallet(ctx, party)
  await openWallet(ctx, party)
  expect(await readWallet(ctx, party)).toEqual([])
  expect(await readWallet(freshContext(db), party)).toBeNull()
})
