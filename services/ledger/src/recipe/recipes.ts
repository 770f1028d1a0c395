import { cardCapture, cardChargeback, cardRefund, cardSettle } from './card.recipes.ts'
import { adjust, writeOff } from './correction.recipes.ts'
import { cryptoClear, cryptoSlippage } from './crypto.recipes.ts'
import { downtimeCredit } from './downtime.recipe.ts'
import { financingAdvance, financingInstallment } from './financing.recipes.ts'
import { fundsCommit, fundsCommitDownpayment, fundsUncommit, fundsUncommitDownpayment } from './funds.recipes.ts'
import { holdingRelease } from './holding-release.recipe.ts'
import { fundingRequestSettle, hostingCharge } from './hosting.recipes.ts'
import { invoiceSettle } from './invoice-settle.recipe.ts'
import { payInClear } from './pay-in-clear.recipe.ts'
import { payInReturn } from './pay-in-return.recipe.ts'
import { payoutReserve, payoutReturn, payoutSettle } from './payout.recipes.ts'
import { receivableAccrue, receivableRecoup, receivableSettle } from './receivable.recipes.ts'
import type { Recipe } from './recipe.ts'
import { refundCredit, refundPay } from './refund.recipes.ts'
import { taxRemit } from './tax-remit.recipe.ts'
import { trialConsume, trialExpire, trialGrant } from './trial.recipes.ts'

/** Every recipe, in the order of the story. */
export const RECIPES: readonly Recipe[] = [
  payInClear,
  payInReturn,
  cardCapture,
  cardSettle,
  cardRefund,
  cardChargeback,
  cryptoClear,
  cryptoSlippage,
  fundsCommit,
  fundsUncommit,
  fundsCommitDownpayment,
  fundsUncommitDownpayment,
  receivableAccrue,
  receivableSettle,
  receivableRecoup,
  invoiceSettle,
  holdingRelease,
  payoutReserve,
  payoutSettle,
  payoutReturn,
  trialGrant,
  trialConsume,
  trialExpire,
  downtimeCredit,
  hostingCharge,
  fundingRequestSettle,
  financingAdvance,
  financingInstallment,
  taxRemit,
  refundPay,
  refundCredit,
  writeOff,
  adjust,
]

const BY_CODE = new Map(RECIPES.map((recipe) => [recipe.code, recipe]))

/** The recipe of a code; null when there is none. */
export function recipeOf(code: string): Recipe | null {
  return BY_CODE.get(code) ?? null
}
