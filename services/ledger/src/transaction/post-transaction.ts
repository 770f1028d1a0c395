import type { Context } from '@draupnir/db'
import { Refusal, type RefusalCode, required } from '@draupnir/errors'
import type { Instant } from '@draupnir/time'
import type { Recipe } from '../recipe/recipe.ts'
import { postBatch } from './post-batch.ts'
import type { Outcome, Refused } from './reduce.ts'
import type { Draft, Transaction } from './transaction.ts'

export interface PostInput<I> {
  readonly recipe: Recipe<I>
  readonly input: I
  readonly cause: string
  readonly reference: string
  readonly effectiveAt: Instant
  /** Pending holds the outflow until it is settled or voided; posted when left out. */
  readonly state?: 'pending' | 'posted'
}

/**
 * Posts one transaction by a recipe for something that happened: in a closed period it holds from the first open moment on.
 * The same cause again gives the transaction it made. Refuses what the reducer refuses.
 */
export async function postTransaction<I>(ctx: Context, input: PostInput<I>): Promise<Transaction> {
  return acceptedOf(await tryTransaction(ctx, input))
}

/** Like `postTransaction` for whom a refusal is an answer, not an error. */
export async function tryTransaction<I>(ctx: Context, input: PostInput<I>): Promise<Outcome> {
  const [outcome] = await postBatch(ctx, [{ type: 'book', draft: draftOf(ctx, input), whenClosed: 'first-open' }])
  return required(outcome, 'a batch answers each request')
}

/** Whether a request was refused for this very reason. */
export function isRefusedFor(outcome: Outcome, code: RefusalCode): outcome is Refused {
  return outcome.type === 'refused' && outcome.code === code
}

/** What was booked; throws the `Refusal` when nothing was. */
export function acceptedOf(outcome: Outcome | undefined): Transaction {
  const answer = required(outcome, 'a batch answers each request')
  if (answer.type === 'refused') throw new Refusal(answer.code, answer.context)
  return answer.transaction
}

function draftOf<I>(ctx: Context, { recipe, input, cause, reference, effectiveAt, state }: PostInput<I>): Draft {
  return {
    id: ctx.newId('transaction'),
    recipe: recipe.code,
    cause,
    reference,
    state: state ?? 'posted',
    undoes: null,
    actor: ctx.actor,
    effectiveAt,
    expiresAt: null,
    postings: recipe.post(input),
  }
}
