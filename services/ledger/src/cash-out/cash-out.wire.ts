import { toWire } from '@draupnir/money'
import type { CashOut as WireCashOut } from '@draupnir/wire'
import type { CashOut } from './cash-out.ts'

export function wireCashOut(cashOut: CashOut): WireCashOut {
  return {
    id: cashOut.id,
    party_id: cashOut.partyId,
    amount: toWire(cashOut.amount),
    policy: cashOut.policy,
    state: cashOut.state,
    failure: cashOut.failure,
    payout_id: cashOut.payoutId,
    legs: cashOut.legs.map(({ settlementId, legId, amount }) => ({
      settlement_id: settlementId,
      leg_id: legId,
      amount: toWire(amount),
    })),
    requested_by: cashOut.requestedBy,
    requested_at: cashOut.requestedAt,
    ended_at: cashOut.endedAt,
  }
}
