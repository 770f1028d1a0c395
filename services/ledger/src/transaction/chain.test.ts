import { parseId } from '@draupnir/ids'
import { money } from '@draupnir/money'
import { instant } from '@draupnir/time'
import { expect, it } from 'vitest'
import { account } from '../account/account.ts'
import { BUYER } from '../recipe/golden.ts'
import { checkChain } from '../verify/check-chain.ts'
import { chain, GENESIS, type Link } from './chain.ts'
import type { Transaction } from './transaction.ts'

const AT = instant('2026-01-01T00:00:00Z')

function booked(n: number): Transaction {
  return {
    id: parseId('transaction', `txn_${String(n).padStart(26, '0')}`),
    recipe: 'pay_in.clear',
    cause: `evt-${n}`,
    reference: `pin-${n}`,
    undoes: null,
    bookedAs: 'posted',
    state: 'posted',
    effectiveAt: AT,
    bookedAt: AT,
    resolvedBy: null,
    resolvedAt: null,
    postings: [
      { debit: account.cash('ach', 'USD'), credit: account.available(BUYER, 'USD'), amount: money(5n, 'USD') },
    ],
  }
}

const links = chain(GENESIS, [booked(1), booked(2), booked(3)])

function details(broken: readonly Link[]): string[] {
  return checkChain('ten_1', GENESIS, broken).map((finding) => `${finding.row}: ${finding.detail}`)
}

it('links each entry to the one before it', () => {
  expect(links.map((link) => link.entry.seq)).toEqual([1n, 2n, 3n])
  expect(links[1]?.prevHash).toBe(links[0]?.hash)
  expect(details(links)).toEqual([])
})

it('names the entry whose content was changed', () => {
  const changed = links.map((link, index) =>
    index === 1 ? { ...link, entry: { ...link.entry, transaction: { ...booked(2), reference: 'pin-9' } } } : link,
  )
  expect(details(changed)).toEqual([
    'journal ten_1/2 (txn_00000000000000000000000002): its content is not what was booked',
  ])
})

it('finds an entry that is missing', () => {
  expect(details(links.filter((_, index) => index !== 1))).toEqual([
    'journal ten_1/3 (txn_00000000000000000000000003): follows 1: rows are missing',
    'journal ten_1/3 (txn_00000000000000000000000003): does not link to the row before it',
  ])
})

it('keeps the hash of an entry for ever', () => {
  expect(links[0]?.hash).toMatchInlineSnapshot(`"5d15db187a295a70e3af346b71b2f51f7e29b072b6b05c1baf01f81b06cebd2a"`)
})
