import { unreachable } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { type Currency, type Money, money, subtract } from '@draupnir/money'
import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { type Account, account } from '../account/account.ts'
import { amountInput } from './recipe.ts'

/** From where money that a bank took back is taken, first what is nearest to it: the order is the law. */
export const RECOURSE = [
  'available',
  'committed',
  'committed_downpayment',
  'holding',
  'released',
  'receivable',
] as const
export type Recourse = (typeof RECOURSE)[number]

/** `available`, `committed…` and `receivable` are the payer's; `holding` and `released` a seller's. */
export const takenInput = z
  .array(z.strictObject({ from: z.enum(RECOURSE), party_id: idField('party'), amount: amountInput }))
  .min(1)
  .refine((taken) => taken.every((it, index) => index === 0 || rank(it.from) >= rank(taken[index - 1]?.from)), {
    message: `must be in the order ${RECOURSE.join(', ')}`,
  })

export interface Source {
  readonly from: Exclude<Recourse, 'receivable'>
  readonly partyId: Id<'party'>
  readonly available: Money
}

export interface Taken {
  readonly from: Recourse
  readonly partyId: Id<'party'>
  readonly amount: Money
}

/** Takes `amount` from the sources in the order of recourse; what none of them covers the payer owes. */
export function takeBack(amount: Money, payer: Id<'party'>, sources: readonly Source[]): Taken[] {
  const taken: Taken[] = []
  let open = amount
  for (const { from, partyId, available } of [...sources].sort((a, b) => rank(a.from) - rank(b.from))) {
    const part = available.amount < open.amount ? available : open
    if (part.amount <= 0n) continue
    taken.push({ from, partyId, amount: part })
    open = subtract(open, part)
  }
  return open.amount === 0n
    ? taken
    : [...taken, { from: 'receivable', partyId: payer, amount: money(open.amount, open.currency) }]
}

export function recourseAccount(from: Recourse, partyId: Id<'party'>, currency: Currency): Account {
  switch (from) {
    case 'available':
    case 'released':
      return account.available(partyId, currency)
    case 'committed':
      return account.committed(partyId, currency)
    case 'committed_downpayment':
      return account.committedDownpayment(partyId, currency)
    case 'holding':
      return account.payInHolding(partyId, currency)
    case 'receivable':
      return account.receivable(partyId, currency)
    default:
      return unreachable(from)
  }
}

function rank(from: Recourse | undefined): number {
  return from === undefined ? 0 : RECOURSE.indexOf(from)
}
