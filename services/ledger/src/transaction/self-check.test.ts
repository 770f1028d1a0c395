import { Defect } from '@draupnir/errors'
import { parseId } from '@draupnir/ids'
import { type Currency, money } from '@draupnir/money'
import { instant } from '@draupnir/time'
import { expect, it } from 'vitest'
import { type Account, account } from '../account/account.ts'
import { type Balance, opened } from '../account/balance.ts'
import { BUYER } from '../recipe/golden.ts'
import { checkBatch } from './self-check.ts'
import type { Transaction } from './transaction.ts'

const AT = instant('2026-01-01T00:00:00Z')
const sidesOf = (currency: Currency) => [account.cash('ach', currency), account.available(BUYER, currency)] as const
const [cash, wallet] = sidesOf('USD')
const [cashOfEurope, walletOfEurope] = sidesOf('EUR')

const holding = (of: Account, change: Partial<Balance>): Balance => ({ ...opened(of), ...change })
const paidIn = (amount: bigint, state: Transaction['state'], change: Partial<Transaction> = {}): Transaction => ({
  id: parseId('transaction', `txn_${'0'.repeat(26)}`),
  recipe: 'test',
  cause: 'a',
  reference: null,
  undoes: null,
  bookedAs: state === 'posted' ? 'posted' : 'pending',
  state,
  actor: 'key_test',
  effectiveAt: AT,
  bookedAt: AT,
  expiresAt: null,
  resolvedBy: null,
  resolvedAt: null,
  postings: [{ debit: cash, credit: wallet, amount: money(amount, 'USD') }],
  ...change,
})
const ended = { bookedAs: 'pending', resolvedBy: 'x', resolvedAt: AT } as const
const posted = (amount: bigint) => [holding(cash, { postedDebits: amount }), holding(wallet, { postedCredits: amount })]
const pending = (amount: bigint) => [
  holding(cash, { pendingDebits: amount }),
  holding(wallet, { pendingCredits: amount }),
]

it.each([
  ['is posted', [], posted(5n), [paidIn(5n, 'posted')]],
  ['is posted beside what was', posted(5n), posted(9n), [paidIn(4n, 'posted')]],
  ['is held', [], pending(5n), [paidIn(5n, 'pending')]],
  ['is settled', pending(5n), posted(5n), [paidIn(5n, 'posted', ended)]],
  ['is voided', pending(5n), pending(0n), [paidIn(5n, 'voided', ended)]],
  ['is nothing', posted(5n), [], []],
])('lets a batch pass in which an amount %s', (_, before, changed, accepted) => {
  expect(() => checkBatch(before, changed, accepted)).not.toThrow()
})

it.each([
  ['more credits than debits', [], [holding(cash, { postedDebits: 5n }), holding(wallet, { postedCredits: 6n })]],
  ['a debit alone', posted(5n), [holding(cash, { postedDebits: 6n })]],
  ['a hold on one side', [], [holding(cash, { pendingDebits: 5n }), holding(wallet, { pendingCredits: 4n })]],
  [
    'two currencies that only together sum to nothing',
    [],
    [
      holding(cash, { postedDebits: 6n }),
      holding(wallet, { postedCredits: 5n }),
      holding(cashOfEurope, { postedDebits: 5n }),
      holding(walletOfEurope, { postedCredits: 6n }),
    ],
  ],
])('stops a batch with %s', (_, before, changed) => {
  expect(() => checkBatch(before, changed, [paidIn(5n, 'posted')])).toThrow(/the batch is off by/)
})

it.each([
  ['posted', { postedDebits: 1n }],
  ['held', { postedCredits: 5n, pendingDebits: 6n }],
])('stops a batch that leaves an account below its floor by what is %s', (_, change) => {
  const below = holding(wallet, change)
  const other = holding(cash, { postedDebits: 5n, postedCredits: 6n })
  expect(() => checkBatch([], [other, below], [paidIn(6n, 'posted')])).toThrow(`${wallet.ref} would be below its floor`)
})

it.each([
  ['more than its transactions tell', posted(5n), [paidIn(4n, 'posted')]],
  ['less than its transactions tell', posted(5n), [paidIn(5n, 'posted'), paidIn(1n, 'posted')]],
  ['what none of them tells', pending(5n), []],
  ['what was only settled', posted(5n), [paidIn(5n, 'posted', ended)]],
  ['what was voided', pending(5n), [paidIn(5n, 'voided', ended)]],
])('stops a batch that moved %s', (_, changed, accepted) => {
  expect(() => checkBatch([], changed, accepted)).toThrow(Defect)
  expect(() => checkBatch([], changed, accepted)).toThrow(/its transactions tell/)
})
