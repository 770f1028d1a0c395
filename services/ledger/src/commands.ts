/** Every verb of the ledger. */

export { changeAccount } from './account/change-account.ts'
export { readBalanceAt, readStatement } from './account/read-statement.ts'
export { cashOutReleased, cashOutWhenDue, resumeCashOuts } from './cash-out/cash-out-released.ts'
export { endCashOut, failCashOut, refuseCashOut, reserveCashOut } from './cash-out/follow-payout.ts'
export { listCashOuts, readCashOut } from './cash-out/read-cash-out.ts'
export { requestCashOut } from './cash-out/request-cash-out.ts'
export { readCashOutPolicy, setCashOutPolicy } from './cash-out/set-cash-out-policy.ts'
export { clearPayIn } from './pay-in/clear-pay-in.ts'
export { returnPayIn } from './pay-in/return-pay-in.ts'
export { reservePayout } from './payout/reserve-payout.ts'
export { returnPayout } from './payout/return-payout.ts'
export { settlePayout } from './payout/settle-payout.ts'
export { rateRisk, readRatings } from './seasoning/rate-risk.ts'
export { season } from './seasoning/season.ts'
export { keptSeasoningPolicy, readSeasoningPolicy, setSeasoningPolicy } from './seasoning/set-seasoning-policy.ts'
export { claimEarnings, freeEarnings, readEarnings, recoupEarnings } from './settlement/earnings.ts'
export { listTranches, overrideMaturity, overridesByLeg } from './settlement/override-maturity.ts'
export { releaseHolding } from './settlement/release-holding.ts'
export { settlePayment } from './settlement/settle-payment.ts'
export { closePeriod } from './transaction/close-period.ts'
export { expirePending } from './transaction/expire-pending.ts'
export { postBatch } from './transaction/post-batch.ts'
export { postTransaction, tryTransaction } from './transaction/post-transaction.ts'
export { settlePending, voidPending } from './transaction/resolve-pending.ts'
export {
  endTransaction,
  submitTransaction,
  submitTransactions,
  undoTransaction,
} from './transaction/submit-transactions.ts'
export { commitFunds } from './wallet/commit-funds.ts'
export { openWallet } from './wallet/open-wallet.ts'
export { readAvailable } from './wallet/read-available.ts'
export { readWallet } from './wallet/read-wallet.ts'
