import type { Context, Db } from '@draupnir/db'
import { Refusal, refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { recipeOf } from '../recipe/recipes.ts'
import { requireUndoable } from '../settlement/require-undoable.ts'
import { type Asked, draftOf } from './draft.ts'
import { dryRun } from './dry-run.ts'
import { createGatherer, type Gatherer } from './gatherer.ts'
import { readTransaction } from './read-transaction.ts'
import type { Outcome, Request } from './reduce.ts'
import { type Draft, mirror, type Transaction } from './transaction.ts'

const gatherers = new WeakMap<Db, Gatherer>()

/** Books what was asked, in one commit with whatever else arrives at the moment; the key is the cause. */
export async function submitTransaction(ctx: Context, asked: Asked, key: string, dry: boolean): Promise<Outcome> {
  const [outcome] = await submit(ctx, [{ type: 'book', draft: draftOf(ctx, asked, key) }], { together: false, dry })
  return outcome ?? refuse('request.conflict')
}

export interface BulkOptions {
  /** All or none; otherwise each is accepted or refused on its own. */
  readonly together: boolean
  readonly dry: boolean
}

/** Books many; the causes are the key and the position. One outcome for each, in order. */
export async function submitTransactions(ctx: Context, asked: readonly Asked[], key: string, options: BulkOptions) {
  const drafts = asked.map((each, index) => attemptDraft(ctx, each, `${key}#${index}`))
  const unfit = drafts.some((draft) => 'type' in draft)
  const book = (draft: Draft): Request => ({ type: 'book', draft })
  if (options.together && unfit) return drafts.map((it) => ('type' in it ? it : notTogether()))
  const booked = await submit(
    ctx,
    drafts.flatMap((draft) => ('type' in draft ? [] : [book(draft)])),
    options,
  )
  const answers = booked.values()
  return drafts.map((draft) => ('type' in draft ? draft : (answers.next().value ?? notTogether())))
}

/**
 * Ends a pending transaction. Refuses `request.not-found`, as the reducer does, and `ledger.second-person-needed` to whoever
 * booked what takes two.
 */
export async function endTransaction(ctx: Context, id: Id<'transaction'>, type: 'settle' | 'void', key: string) {
  const transaction = await readTransaction(ctx, id)
  if (type === 'settle') requireSecondPerson(ctx, transaction)
  const [outcome] = await submit(ctx, [{ type, target: { id }, cause: key }], { together: false, dry: false })
  return outcome ?? refuse('request.conflict')
}

/** Books the mirror of a posted transaction. Refuses one that is not posted, one that undoes another, and what a settlement stands on. */
export async function undoTransaction(ctx: Context, id: Id<'transaction'>, key: string): Promise<Outcome> {
  const transaction = await readTransaction(ctx, id)
  const { recipe, state, undoes, postings } = transaction
  if (state !== 'posted' || undoes !== null) refuse('ledger.transaction-undo-invalid', { transaction_id: id, state })
  await requireUndoable(ctx, transaction)
  const draft: Draft = {
    id: ctx.newId('transaction'),
    recipe,
    cause: key,
    reference: null,
    state: recipeOf(recipe)?.twoPeople === true ? 'pending' : 'posted',
    undoes: id,
    actor: ctx.actor,
    effectiveAt: null,
    expiresAt: null,
    postings: mirror(postings),
  }
  const [outcome] = await submit(ctx, [{ type: 'book', draft }], { together: false, dry: false })
  return outcome ?? refuse('request.conflict')
}

function requireSecondPerson(ctx: Context, { id, recipe, actor }: Transaction): void {
  if (recipeOf(recipe)?.twoPeople === true && actor === ctx.actor) {
    refuse('ledger.second-person-needed', { recipe, transaction_id: id })
  }
}

function submit(ctx: Context, requests: readonly Request[], { together, dry }: BulkOptions) {
  const all = together ? [{ type: 'together', requests } as const] : requests
  return dry ? dryRun(ctx, all) : gathererOf(ctx.db).submit(ctx, all)
}

function gathererOf(db: Db): Gatherer {
  const known = gatherers.get(db) ?? createGatherer({ db })
  gatherers.set(db, known)
  return known
}

function attemptDraft(ctx: Context, asked: Asked, cause: string): Draft | (Outcome & { type: 'refused' }) {
  try {
    return draftOf(ctx, asked, cause)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { type: 'refused', code: error.code, context: error.context }
  }
}

function notTogether(): Outcome {
  return { type: 'refused', code: 'ledger.together-refused', context: {} }
}
