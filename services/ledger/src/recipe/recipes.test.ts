import { parseId } from '@draupnir/ids'
import { instant } from '@draupnir/time'
import { describe, expect, it } from 'vitest'
import { opened } from '../account/balance.ts'
import { CHART, ownersOfPair } from '../account/chart.ts'
import { reduce } from '../transaction/reduce.ts'
import { type Draft, mirror, type Posting } from '../transaction/transaction.ts'
import { BUYER, SELLER, usd } from './golden.ts'
import { payInClear } from './pay-in-clear.recipe.ts'
import { rowsOf } from './recipe.ts'
import { recipesMarkdown } from './recipes.md.ts'
import { RECIPES } from './recipes.ts'

const AT = instant('2026-01-01T00:00:00Z')

describe.each(RECIPES.map((recipe) => [recipe.code, recipe] as const))('%s', (_, recipe) => {
  it.each(recipe.golden.map((golden) => [golden.given, golden] as const))('posts %s', (_, golden) => {
    expect(rowsOf(golden.actual())).toEqual(golden.rows)
  })

  it('touches allowed pairs only', () => {
    for (const posting of recipe.golden.flatMap((golden) => golden.actual())) {
      expect(ownersOfPair(posting.debit.name, posting.credit.name)).not.toBeNull()
    }
  })

  it('restores every balance when it is undone', () => {
    for (const postings of recipe.golden.map((golden) => golden.actual())) {
      const before = funded(postings)
      const done = reduce(before, [
        { type: 'book', draft: draft('a', postings, null) },
        { type: 'book', draft: draft('b', mirror(postings), draft('a', postings, null).id) },
      ])
      expect(done.outcomes.map((outcome) => outcome.type)).toEqual(['accepted', 'accepted'])
      for (const after of done.changed) {
        const was = before.balances.find((it) => it.account.ref === after.account.ref)
        expect(after.postedCredits - after.postedDebits).toBe((was?.postedCredits ?? 0n) - (was?.postedDebits ?? 0n))
      }
    }
  })

  it('is undone by itself mirrored, or by a recipe that exists', () => {
    const { by } = recipe.undo
    expect(by === 'mirror' || RECIPES.some((it) => it.code === by)).toBe(true)
  })
})

it('gives each recipe a code of its own, for ever', () => {
  expect(RECIPES.map((recipe) => recipe.code)).toEqual([
    'pay_in.clear',
    'pay_in.return',
    'card.capture',
    'card.settle',
    'card.refund',
    'card.chargeback',
    'crypto.clear',
    'crypto.slippage',
    'funds.commit',
    'funds.uncommit',
    'funds.commit_downpayment',
    'funds.uncommit_downpayment',
    'receivable.accrue',
    'receivable.settle',
    'receivable.recoup',
    'invoice.settle',
    'holding.release',
    'payout.reserve',
    'payout.settle',
    'payout.return',
    'trial.grant',
    'trial.consume',
    'trial.expire',
    'downtime.credit',
    'hosting.charge',
    'funding_request.settle',
    'financing.advance',
    'financing.installment',
    'tax.remit',
    'refund.pay',
    'refund.credit',
    'write_off',
    'adjust',
  ])
})

it('refuses input that does not fit', () => {
  expect(() => payInClear.post({ party_id: SELLER, rail: 'ach', amount: usd('0') })).toThrow()
  expect(() => payInClear.post({ party_id: SELLER, rail: 'ach', amount: usd('1.5') })).toThrow()
})

it('tells the accounting story in Markdown', () => {
  const text = recipesMarkdown()
  for (const { code } of RECIPES) expect(text).toContain(`## \`${code}\``)
  expect(text).toContain(`| \`${BUYER}:available:USD\` | \`${BUYER}:committed:USD\` | 112800 |`)
})

/** Books in which every account that is debited holds enough. */
function funded(postings: readonly Posting[]) {
  const accounts = new Map(postings.flatMap((it) => [it.debit, it.credit]).map((it) => [it.ref, it]))
  const balances = [...accounts.values()].map((account) => {
    const held =
      CHART[account.name].normal === 'credit' ? { postedCredits: 10_000_000n } : { postedDebits: 10_000_000n }
    return { ...opened(account), ...held }
  })
  return { balances, transactions: [], at: AT, closedThrough: null }
}

function draft(name: 'a' | 'b', postings: readonly Posting[], undoes: Draft['undoes']): Draft {
  return {
    id: parseId('transaction', `txn_${name.padStart(26, '0')}`),
    recipe: `test.${name}`,
    cause: name,
    reference: name,
    state: 'posted',
    undoes,
    actor: 'key_test',
    effectiveAt: AT,
    expiresAt: null,
    postings,
  }
}
