import type { Id } from '@draupnir/ids'
import type { Currency } from '@draupnir/money'
import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { type Account, account } from '../account/account.ts'
import { amountInput } from './recipe.ts'

/** Accounts of parties from which money that a bank took back is taken; `released` is what a seller has available. */
const OF_PARTIES = {
  available: account.available,
  committed: account.committed,
  committed_downpayment: account.committedDownpayment,
  pay_in_holding: account.payInHolding,
  holding: account.holding,
  released: account.available,
  receivable: account.receivable,
} as const

const OF_PLATFORM = ['fee_revenue', 'tax_payable'] as const

/** First what is nearest to the payer, last what nobody has: the order is the law. */
export const RECOURSE = [
  'available',
  'committed',
  'committed_downpayment',
  'pay_in_holding',
  'holding',
  'released',
  'fee_revenue',
  'tax_payable',
  'receivable',
] as const satisfies readonly Recourse[]

export type Recourse = keyof typeof OF_PARTIES | (typeof OF_PLATFORM)[number]

/** `available` and `committed…` are the payer's; `…holding` and `released` a seller's; a `receivable` of either. */
export const takenInput = z
  .array(
    z.discriminatedUnion('from', [
      z.strictObject({
        from: z.enum(Object.keys(OF_PARTIES) as (keyof typeof OF_PARTIES)[]),
        party_id: idField('party'),
        amount: amountInput,
      }),
      z.strictObject({ from: z.enum(OF_PLATFORM), party_id: z.null(), amount: amountInput }),
    ]),
  )
  .min(1)
  .refine((taken) => taken.every((it, index) => index === 0 || rank(it.from) >= rank(taken[index - 1]?.from)), {
    message: `must be in the order ${RECOURSE.join(', ')}`,
  })

export type Source =
  | { readonly from: keyof typeof OF_PARTIES; readonly party_id: Id<'party'> }
  | { readonly from: (typeof OF_PLATFORM)[number]; readonly party_id: null }

export function recourseAccount(source: Source, currency: Currency): Account {
  return source.party_id === null
    ? account.platform(source.from, currency)
    : OF_PARTIES[source.from](source.party_id, currency)
}

/** The place of a recourse in the order. */
export function rank(from: Recourse | undefined): number {
  return from === undefined ? 0 : RECOURSE.indexOf(from)
}
