import { parseId } from '@draupnir/ids'
import { money } from '@draupnir/money'
import { addMs, type Instant, instant } from '@draupnir/time'
import { describe, expect, it } from 'vitest'
import { account } from '../account/account.ts'
import { available, type Balance, opened, pending, posted } from '../account/balance.ts'
import { BUYER, SELLER } from '../recipe/golden.ts'
import { type Books, type Outcome, type Reduction, type Request, reduce } from './reduce.ts'
import { type Draft, mirror, type Posting } from './transaction.ts'

const AT = instant('2026-01-01T00:00:00Z')
const cash = account.cash('ach', 'USD')
const wallet = account.available(BUYER, 'USD')
const committed = account.committed(BUYER, 'USD')
const holding = account.payInHolding(SELLER, 'USD')
const fees = account.feeRevenue('USD')
const NOTHING: Books = {
  balances: [cash, wallet, committed, holding, fees].map(opened),
  transactions: [],
  at: AT,
  closedThrough: null,
}

let drafts = 0
function book(postings: readonly Posting[], over: Partial<Draft> = {}): Request {
  drafts += 1
  const n = `${drafts}`.padStart(26, '0')
  const draft = {
    id: parseId('transaction', `txn_${n}`),
    recipe: 'test.move',
    cause: `cause-${n}`,
    reference: `about-${n}`,
    state: 'posted',
    undoes: null,
    actor: 'key_test',
    effectiveAt: AT,
    expiresAt: null,
    postings,
    ...over,
  } as const
  return { type: 'book', draft }
}

const usd = (amount: bigint) => money(amount, 'USD')
const fund = (amount: bigint, over: Partial<Draft> = {}) =>
  book([{ debit: cash, credit: wallet, amount: usd(amount) }], over)
const commit = (amount: bigint, over: Partial<Draft> = {}) =>
  book([{ debit: wallet, credit: committed, amount: usd(amount) }], over)

function given(...past: readonly Request[]) {
  const before = after(NOTHING, reduce(NOTHING, past))
  return { when: (...requests: Parameters<typeof reduce>[1]) => reduce(before, requests), before }
}

function after(books: Books, reduction: Reduction): Books {
  const changed = new Map(reduction.changed.map((balance) => [balance.account.ref, balance]))
  const latest = new Map(
    reduction.outcomes.flatMap((it) => (it.type === 'accepted' ? [[it.transaction.id, it.transaction]] : [])),
  )
  return {
    balances: books.balances.map((balance) => changed.get(balance.account.ref) ?? balance),
    transactions: [...latest.values()],
    at: books.at,
    closedThrough: books.closedThrough,
  }
}

function of(reduction: Reduction, ref: string): Balance | undefined {
  return reduction.changed.find((balance) => balance.account.ref === ref)
}

function codes(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((outcome) => (outcome.type === 'refused' ? outcome.code : outcome.type))
}

describe('booking', () => {
  it('says of each account when it was touched: when the batch is recorded, whenever it is effective', () => {
    const at = instant('2026-01-02T00:00:00Z')
    const done = reduce({ ...given(fund(100n)).before, at }, [commit(60n)])
    expect(done.changed.map(({ changedAt }) => changedAt)).toEqual([at, at])
  })

  it('moves the amount from the debit to the credit account and counts the versions', () => {
    const done = given().when(fund(500n))
    expect(codes(done.outcomes)).toEqual(['accepted'])
    expect(of(done, wallet.ref)).toMatchObject({ postedCredits: 500n, postedDebits: 0n, version: 1n })
    expect(of(done, cash.ref)).toMatchObject({ postedDebits: 500n, version: 1n })
  })

  it('refuses more than is available and leaves nothing', () => {
    const done = given(fund(500n)).when(commit(501n))
    expect(done.changed).toEqual([])
    expect(done.outcomes).toEqual([
      {
        type: 'refused',
        code: 'ledger.balance-insufficient',
        context: { account: wallet.ref, currency: 'USD', available: '500', short_by: '1' },
      },
    ])
  })

  it('judges each request of a batch on its own, after those before it', () => {
    const done = given().when(commit(1n), fund(100n), commit(60n), commit(60n), commit(40n))
    expect(codes(done.outcomes)).toEqual([
      'ledger.balance-insufficient',
      'accepted',
      'accepted',
      'ledger.balance-insufficient',
      'accepted',
    ])
  })

  it('lets postings of one transaction pass through one another', () => {
    const through = book([
      { debit: cash, credit: wallet, amount: usd(70n) },
      { debit: wallet, credit: committed, amount: usd(70n) },
    ])
    expect(codes(given().when(through).outcomes)).toEqual(['accepted'])
  })

  it.each([
    ['ledger.amount-not-positive', [{ debit: cash, credit: wallet, amount: usd(0n) }]],
    ['ledger.amount-not-positive', [{ debit: cash, credit: wallet, amount: usd(-1n) }]],
    ['money.currency-mismatch', [{ debit: cash, credit: wallet, amount: money(1n, 'EUR') }]],
    ['money.currency-mismatch', [{ debit: cash, credit: account.available(BUYER, 'EUR'), amount: usd(1n) }]],
    ['money.currency-mismatch', [{ debit: account.cash('ach', 'EUR'), credit: wallet, amount: usd(1n) }]],
    ['ledger.pair-not-allowed', [{ debit: cash, credit: committed, amount: usd(1n) }]],
    ['ledger.pair-not-allowed', [{ debit: wallet, credit: account.committed(SELLER, 'USD'), amount: usd(1n) }]],
    ['ledger.pair-not-allowed', [{ debit: wallet, credit: wallet, amount: usd(1n) }]],
    ['ledger.postings-invalid', []],
    ['ledger.postings-invalid', Array<Posting>(1001).fill({ debit: cash, credit: wallet, amount: usd(1n) })],
  ])('refuses with %s', (code, postings) => {
    const done = given(fund(10n)).when(book(postings))
    expect(codes(done.outcomes)).toEqual([code])
    expect(done.changed).toEqual([])
  })

  it('lets only an undo go through a pair backwards', () => {
    const earn = book([{ debit: committed, credit: fees, amount: usd(10n) }])
    const { before, when } = given(fund(10n), commit(10n), earn)
    const earned = before.transactions.at(-1)
    const back = mirror(earned?.postings ?? [])
    expect(codes(when(book(back)).outcomes)).toEqual(['ledger.pair-not-allowed'])
    expect(codes(when(book(back, { undoes: earned?.id ?? null })).outcomes)).toEqual(['accepted'])
  })

  it('keeps turnover within what the tables hold', () => {
    const most = 9_000_000_000_000_000n
    const full = NOTHING.balances.map((it) => ({ ...it, postedCredits: 9_000_000_000_000_000_000n }))
    const done = reduce({ ...NOTHING, balances: full }, [fund(most)])
    expect(codes(done.outcomes)).toEqual(['ledger.turnover-exceeded'])
  })
})

describe('one cause, one transaction', () => {
  it('answers a repeated cause with what it made', () => {
    const request = fund(500n, { cause: 'evt-1', reference: 'pin-1' })
    const again = fund(500n, { cause: 'evt-1', reference: 'pin-1' })
    const done = given(request).when(again, again)
    expect(codes(done.outcomes)).toEqual(['replayed', 'replayed'])
    expect(done.outcomes[0]).toMatchObject({ transaction: { id: request.type === 'book' && request.draft.id } })
    expect(done.changed).toEqual([])
  })

  it('refuses the same cause with another body', () => {
    const done = given(fund(500n, { cause: 'evt-1' })).when(fund(501n, { cause: 'evt-1' }))
    expect(codes(done.outcomes)).toEqual(['ledger.cause-reused'])
  })

  it('refuses another cause for what was booked before', () => {
    const done = given(fund(500n, { reference: 'pin-1' })).when(fund(500n, { reference: 'pin-1' }))
    expect(codes(done.outcomes)).toEqual(['ledger.reference-reused'])
  })

  it('lets one cause make one transaction of each recipe', () => {
    const done = given(fund(500n, { cause: 'evt-1' })).when(fund(5n, { cause: 'evt-1', recipe: 'test.other' }))
    expect(codes(done.outcomes)).toEqual(['accepted'])
  })
})

describe('pending', () => {
  const hold = commit(60n, { state: 'pending', reference: 'held' })
  const end = (type: 'settle' | 'void', cause = 'end'): Request => ({
    type,
    target: { recipe: 'test.move', reference: 'held' },
    cause,
  })

  it('holds the outflow but does not grant the inflow', () => {
    const done = given(fund(100n)).when(hold)
    const [from, to] = [of(done, wallet.ref), of(done, committed.ref)]
    if (from === undefined || to === undefined) throw new Error('both accounts change')
    expect([posted(from), pending(from), available(from)]).toEqual([100n, -60n, 40n])
    expect([posted(to), pending(to), available(to)]).toEqual([0n, 60n, 0n])
    expect(codes(given(fund(100n), hold).when(commit(41n)).outcomes)).toEqual(['ledger.balance-insufficient'])
  })

  it('is posted when it is settled', () => {
    const done = given(fund(100n), hold).when(end('settle'))
    expect(done.outcomes).toMatchObject([{ type: 'accepted', transaction: { state: 'posted', resolvedBy: 'end' } }])
    expect(of(done, wallet.ref)).toMatchObject({ postedDebits: 60n, pendingDebits: 0n })
  })

  it('frees what it held when it is voided', () => {
    const done = given(fund(100n), hold).when(end('void'), commit(100n))
    expect(codes(done.outcomes)).toEqual(['accepted', 'accepted'])
  })

  it('ends once: the same end again changes nothing, another end is refused', () => {
    const done = given(fund(100n), hold, end('settle')).when(
      end('settle'),
      end('void'),
      end('settle', 'later'),
      end('void', 'later'),
    )
    expect(codes(done.outcomes)).toEqual([
      'replayed',
      'ledger.transaction-not-pending',
      'ledger.transaction-not-pending',
      'ledger.transaction-not-pending',
    ])
    expect(done.changed).toEqual([])
  })

  it('refuses to end what was never booked', () => {
    expect(codes(given().when(end('settle')).outcomes)).toEqual(['ledger.transaction-not-found'])
  })

  it('answers a repeated booking after its end', () => {
    const hold = commit(60n, { state: 'pending', reference: 'held', cause: 'evt-9' })
    expect(codes(given(fund(100n), hold, end('settle')).when(hold).outcomes)).toEqual(['replayed'])
  })
})

describe('together', () => {
  const together = (...requests: Request[]) => ({ type: 'together', requests }) as const

  it('accepts all', () => {
    const done = reduce(NOTHING, [together(fund(100n), commit(60n)), commit(40n)])
    expect(codes(done.outcomes)).toEqual(['accepted', 'accepted', 'accepted'])
  })

  it('leaves nothing of any when one is refused, and goes on with what follows', () => {
    const done = given(fund(100n)).when(together(commit(60n), commit(41n), commit(1n)), commit(100n))
    expect(codes(done.outcomes)).toEqual([
      'ledger.together-refused',
      'ledger.balance-insufficient',
      'ledger.together-refused',
      'accepted',
    ])
    expect(of(done, wallet.ref)).toMatchObject({ postedDebits: 100n, version: 2n })
    expect(done.entries).toHaveLength(2)
  })

  it('forgets the causes of what was taken back', () => {
    const again = fund(5n, { cause: 'evt-1' })
    const done = reduce(NOTHING, [together(again, commit(6n)), again])
    expect(codes(done.outcomes)).toEqual(['ledger.together-refused', 'ledger.balance-insufficient', 'accepted'])
  })
})

describe('time', () => {
  const LATER = instant('2026-01-02T00:00:00Z')

  it('takes what has no effective time as of when it is booked, and knows it again later', () => {
    const request = fund(5n, { effectiveAt: null, cause: 'evt-1' })
    const { before } = given(request)
    expect(before.transactions).toMatchObject([{ effectiveAt: AT, bookedAt: AT }])
    expect(codes(reduce({ ...before, at: LATER }, [request]).outcomes)).toEqual(['replayed'])
  })

  it('books nothing into a closed period, and everything after it', () => {
    const books = { ...NOTHING, at: LATER, closedThrough: AT }
    const done = reduce(books, [fund(5n), fund(5n, { effectiveAt: null }), fund(5n, { effectiveAt: LATER })])
    expect(codes(done.outcomes)).toEqual(['ledger.period-closed', 'accepted', 'accepted'])
  })

  it('lets what happened in a closed period hold from the first open moment on, and knows it again', () => {
    const happened = (effectiveAt: Instant, cause: string) =>
      ({ ...fund(5n, { effectiveAt, cause }), whenClosed: 'first-open' }) as Request
    const [closed, open, never] = [happened(AT, 'evt-1'), happened(LATER, 'evt-2'), happened(AT, 'evt-3')]
    const books = { ...NOTHING, at: LATER, closedThrough: AT }
    const done = reduce(books, [closed, open])
    const effective = done.outcomes.map((it) => it.type === 'accepted' && it.transaction.effectiveAt)
    expect(effective).toEqual([addMs(AT, 1), LATER])
    const before = after(books, done)
    expect(codes(reduce({ ...before, closedThrough: LATER }, [closed, open]).outcomes)).toEqual([
      'replayed',
      'replayed',
    ])
    const other = { ...fund(6n, { effectiveAt: AT, cause: 'evt-1' }), whenClosed: 'first-open' } as Request
    expect(codes(reduce(before, [other]).outcomes)).toEqual(['ledger.cause-reused'])
    const [kept] = reduce({ ...books, closedThrough: null }, [never]).outcomes
    expect(kept).toMatchObject({ type: 'accepted', transaction: { effectiveAt: AT } })
  })

  it('ends an expired pending transaction, which can no longer be posted', () => {
    const held = fund(5n, { state: 'pending', expiresAt: LATER, reference: 'held' })
    const target = { recipe: 'test.move', reference: 'held' }
    const early = given(held).when({ type: 'expire', target, cause: 'x' })
    expect(codes(early.outcomes)).toEqual(['ledger.transaction-not-pending'])
    const { before } = given(held)
    const late = reduce({ ...before, at: LATER }, [
      { type: 'settle', target, cause: 'y' },
      { type: 'expire', target, cause: 'x' },
    ])
    expect(codes(late.outcomes)).toEqual(['ledger.transaction-expired', 'accepted'])
    expect(of(late, wallet.ref)).toMatchObject({ pendingCredits: 0n, postedCredits: 0n })
  })

  it('refuses an expiry of what is posted at once, and one that has passed', () => {
    const done = reduce(NOTHING, [fund(5n, { expiresAt: LATER }), fund(5n, { state: 'pending', expiresAt: AT })])
    expect(codes(done.outcomes)).toEqual(['ledger.expiry-invalid', 'ledger.expiry-invalid'])
  })
})

describe('accounts', () => {
  const pendingFund = fund(5n, { state: 'pending', reference: 'held' })
  const settle: Request = { type: 'settle', target: { recipe: 'test.move', reference: 'held' }, cause: 'x' }
  const inState = (state: Balance['state'], books: Books): Books => ({
    ...books,
    balances: books.balances.map((it) => (it.account.ref === wallet.ref ? { ...it, state } : it)),
  })

  it('refuses whatever touches a frozen account, and nothing else', () => {
    const { before } = given(pendingFund)
    const done = reduce(inState('frozen', before), [
      settle,
      fund(5n),
      book([{ debit: committed, credit: holding, amount: usd(1n) }]),
    ])
    expect(codes(done.outcomes)).toEqual([
      'ledger.account-frozen',
      'ledger.account-frozen',
      'ledger.balance-insufficient',
    ])
  })

  it('lets what is on its way end in a closed account, and nothing new begin', () => {
    const { before } = given(pendingFund)
    const done = reduce(inState('closed', before), [settle, fund(5n)])
    expect(codes(done.outcomes)).toEqual(['accepted', 'ledger.account-closed'])
  })
})
