import type { Context } from '@draupnir/db'
import type { Recipe } from '../recipe/recipe.ts'
import { postBatch } from './post-batch.ts'
import { acceptedOf } from './post-transaction.ts'
import type { Transaction } from './transaction.ts'

export interface ResolveInput {
  readonly recipe: Pick<Recipe, 'code'>
  /** What the pending transaction was booked for. */
  readonly reference: string
  readonly cause: string
}

/** Pending becomes posted. Refuses `ledger.transaction-not-found` and `ledger.transaction-not-pending`. */
export function settlePending(ctx: Context, input: ResolveInput): Promise<Transaction> {
  return resolvePending(ctx, 'settle', input)
}

/** Pending becomes voided: what it held is free again. Refuses as `settlePending` does. */
export function voidPending(ctx: Context, input: ResolveInput): Promise<Transaction> {
  return resolvePending(ctx, 'void', input)
}

async function resolvePending(ctx: Context, type: 'settle' | 'void', input: ResolveInput): Promise<Transaction> {
  const { recipe, reference, cause } = input
  const [outcome] = await postBatch(ctx, [{ type, target: { recipe: recipe.code, reference }, cause }])
  return acceptedOf(outcome)
}
