import { handle } from '@draupnir/outbox'
import { SettlementReversed } from '@draupnir/wire'
import { reversePayment } from '../invoice/reverse-payment.ts'

export const onSettlementReversed = handle(SettlementReversed, (ctx, event) => {
  const { settlement, payment, reason } = event.data
  const { collection_id: collectionId, amount } = payment
  return reversePayment(ctx, { invoiceId: settlement.invoice_id, collectionId, amount, reason })
})
