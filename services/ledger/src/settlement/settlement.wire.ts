import { toWire } from '@draupnir/money'
import type { SettlementLeg, SettlementPayment, Settlement as WireSettlement } from '@draupnir/wire'
import { type Leg, type Payment, type Settlement, settled } from './settlement.ts'

export function wireSettlement(settlement: Settlement): WireSettlement {
  return {
    id: settlement.id,
    invoice_id: settlement.invoiceId,
    contract_id: settlement.contractId,
    buyer_id: settlement.buyerId,
    gross: toWire(settlement.gross),
    settled: toWire(settled(settlement)),
    state: settlement.state,
    opened_at: settlement.openedAt,
    completed_at: settlement.completedAt,
    payments: settlement.payments.map(wirePayment),
    legs: settlement.legs.map(wireLeg),
  }
}

export function wirePayment(payment: Payment): SettlementPayment {
  return {
    collection_id: payment.collectionId,
    amount: toWire(payment.amount),
    reversed_amount: toWire(payment.reversed),
    transaction_id: payment.transactionId,
    settled_at: payment.settledAt,
  }
}

function wireLeg(leg: Leg): SettlementLeg {
  return {
    id: leg.id,
    collection_id: leg.collectionId,
    kind: leg.kind,
    from: leg.from.ref,
    to: leg.to.ref,
    party_id: leg.partyId,
    amount: toWire(leg.amount),
    reversed_amount: toWire(leg.reversed),
    state: leg.state,
    due_at: leg.dueAt,
    seasoning: wireSeasoning(leg.seasoning),
    transaction_id: leg.transactionId,
    released_by: leg.releasedBy,
    reversals: leg.reversals.map((it) => ({
      transaction_id: it.transactionId,
      pay_in_id: it.payInId,
      from: it.from.ref,
      amount: toWire(it.amount),
      reversed_at: it.reversedAt,
    })),
  }
}

function wireSeasoning(seasoning: Leg['seasoning']): SettlementLeg['seasoning'] {
  return seasoning === null
    ? null
    : { rail: seasoning.rail, risk_tier: seasoning.tier, policy_version: seasoning.policyVersion }
}
