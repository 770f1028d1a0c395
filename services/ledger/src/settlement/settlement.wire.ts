import { toWire } from '@draupnir/money'
import type { SettlementLeg, Settlement as WireSettlement } from '@draupnir/wire'
import type { Leg, Settlement } from './settlement.ts'

export function wireSettlement(settlement: Settlement): WireSettlement {
  return {
    id: settlement.id,
    invoice_id: settlement.invoiceId,
    contract_id: settlement.contractId,
    buyer_id: settlement.buyerId,
    gross: toWire(settlement.gross),
    state: settlement.state,
    opened_at: settlement.openedAt,
    completed_at: settlement.completedAt,
    legs: settlement.legs.map(wireLeg),
  }
}

function wireLeg(leg: Leg): SettlementLeg {
  return {
    id: leg.id,
    kind: leg.kind,
    from: leg.from.ref,
    to: leg.to.ref,
    party_id: leg.partyId,
    amount: toWire(leg.amount),
    state: leg.state,
    due_at: leg.dueAt,
    transaction_id: leg.transactionId,
    released_by: leg.releasedBy,
  }
}
