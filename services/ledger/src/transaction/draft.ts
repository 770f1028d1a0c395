import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Instant } from '@draupnir/time'
import { recipeOf } from '../recipe/recipes.ts'
import type { Draft } from './transaction.ts'

/** What a caller asks to have booked: a recipe and its input. */
export interface Asked {
  readonly recipe: string
  readonly input: unknown
  readonly state: 'pending' | 'posted'
  readonly reference: string | null
  readonly effectiveAt: Instant | null
  readonly expiresAt: Instant | null
}

/** The draft of what was asked. Refuses `ledger.recipe-unknown` and `ledger.recipe-input-invalid`. */
export function draftOf(ctx: Context, asked: Asked, cause: string): Draft {
  const recipe = recipeOf(asked.recipe)
  if (recipe === null) refuse('ledger.recipe-unknown', { recipe: asked.recipe })
  const parsed = recipe.read(asked.input)
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
    refuse('ledger.recipe-input-invalid', { recipe: recipe.code, errors })
  }
  if (recipe.twoPeople === true && asked.state === 'posted')
    refuse('ledger.second-person-needed', { recipe: recipe.code })
  const { state, reference, effectiveAt, expiresAt } = asked
  return {
    id: ctx.newId('transaction'),
    recipe: recipe.code,
    cause,
    reference,
    state,
    undoes: null,
    actor: ctx.actor,
    effectiveAt,
    expiresAt,
    postings: parsed.data,
  }
}
