/** Every verb of the ledger. */

export { changeAccount } from './account/change-account.ts'
export { readBalanceAt, readStatement } from './account/read-statement.ts'
export { cashOutReleased, cashOutWhenDue, resumeCashOuts } from './cash-out/cash-out-released.ts'
export { endCashOut, failCashOut, refuseCashOut, reserveCashOut } from './cash-out/follow-payout.ts'
export { listCashOuts, readCashOut } from './cash-out/read-cash-out.ts'
export { requestCashOut } from './cash-out/request-cash-out.ts'
export { readCashOutPolicy, setCashOutPolicy } from './cash-out/set-cash-out-policy.ts'
export { requestAudit } from './mirror/audit-mirror.ts'
export { mirrorTenant } from './mirror/mirror-tenant.ts'
export { readDrift, readMirror } from './mirror/read-mirror.ts'
export { retryRefused } from './mirror/retry-refused.ts'
