import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type Money, money, toWire } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import { lockBalances } from '../account/account.store.ts'
import { account } from '../account/account.ts'
import { available } from '../account/balance.ts'
import { receivableRecoup } from '../recipe/receivable.recipes.ts'
import { postTransaction } from '../transaction/post-transaction.ts'

export interface Recoup {
  readonly partyId: Id<'party'>
  /** What was credited, in the transaction that is open. */
  readonly credited: Money
  readonly cause: string
  /** What brought the credit: it is recouped once. */
  readonly reference: string
  readonly effectiveAt: Instant
}

/** Keeps what a party owes out of what it was just credited; gives how much was kept. */
export async function recoup(ctx: Context, input: Recoup): Promise<Money> {
  const { partyId, credited, cause, reference, effectiveAt } = input
  const { currency } = credited
  const owing = account.receivable(partyId, currency)
  // Whoever credits holds the available balance; what is owed comes after it in the order of locks.
  const [owed] = (await lockBalances(ctx, new Map([[owing.ref, owing]]))).balances
  const due = owed === undefined ? 0n : available(owed)
  const kept = money(due < credited.amount ? due : credited.amount, currency)
  if (kept.amount <= 0n) return money(0n, currency)
  await postTransaction(ctx, {
    recipe: receivableRecoup,
    input: { party_id: partyId, amount: toWire(kept) },
    cause,
    reference,
    effectiveAt,
  })
  return kept
}
