import { fundsCommit, fundsUncommit } from './funds.recipes.ts'
import { holdingRelease } from './holding-release.recipe.ts'
import { invoiceSettle } from './invoice-settle.recipe.ts'
import { payInClear } from './pay-in-clear.recipe.ts'
import { payoutReserve, payoutReturn, payoutSettle } from './payout.recipes.ts'
import type { Recipe } from './recipe.ts'

/** Every recipe, in the order of the story. */
export const RECIPES: readonly Recipe[] = [
  payInClear,
  fundsCommit,
  fundsUncommit,
  invoiceSettle,
  holdingRelease,
  payoutReserve,
  payoutSettle,
  payoutReturn,
]

const BY_CODE = new Map(RECIPES.map((recipe) => [recipe.code, recipe]))

/** The recipe of a code; null when there is none. */
export function recipeOf(code: string): Recipe | null {
  return BY_CODE.get(code) ?? null
}
