import { base, type Unit } from '../api/unit.ts'
import { settlementAt } from '../calendar/ach-calendar.ts'
import { publish } from '../event/publish.ts'
import type { PaymentOrderBody } from '../store/bodies.ts'
import { find, insert, save } from '../store/resource.ts'
import { later } from '../work/kinds.ts'
import { failPaymentOrder } from './fail-payment-order.ts'
import { allows, timing } from './payment-order.ts'

const REFERENCES = {
  ach: 'ach_trace_number',
  wire: 'fedwire_imad',
  rtp: 'rtp_instruction_id',
} as const

/** The bank takes the order, accepts it and gives it a reference; settlement follows on its day. */
export async function processPaymentOrder(unit: Unit, id: string): Promise<void> {
  const found = await find(unit, 'payment_order', id, true)
  if (!found || !allows('process', found.body)) return
  const processing = await save(unit, 'payment_order', { ...found.body, status: 'processing' })
  await publish(unit, 'payment_order', 'begin_processing', processing)
  if (found.extra.behaviour.kind === 'fail') {
    await failPaymentOrder(unit, id, 'The bank refused the account number')
    return
  }
  const sent = await save(unit, 'payment_order', { ...processing, status: 'sent' })
  await publish(unit, 'payment_order', 'finish_processing', sent)
  await publish(unit, 'payment_order', 'acknowledged', sent)
  const confirmed = await reference(unit, sent)
  await publish(unit, 'payment_order', 'confirmed', confirmed)
  await later(unit, 'payment_order.settle', id, settlementAt(timing(confirmed), unit.now))
}

async function reference(unit: Unit, order: PaymentOrderBody): Promise<PaymentOrderBody> {
  const number = {
    ...base(unit, 'payment_reference'),
    reference_number: referenceNumber(order.id),
    reference_number_type: REFERENCES[order.type as keyof typeof REFERENCES] ?? 'fake_vendor_payment_id',
  } as const
  await insert(unit, 'payment_reference_object', {
    ...number,
    referenceable_id: order.id,
    referenceable_type: 'payment_order',
  })
  return save(unit, 'payment_order', { ...order, reference_numbers: [...order.reference_numbers, number] })
}

const TRACE_DIGITS = 15

function referenceNumber(id: string): string {
  return (BigInt(`0x${id.replaceAll('-', '')}`) % 10n ** BigInt(TRACE_DIGITS)).toString().padStart(TRACE_DIGITS, '0')
}
