import { invalid, notImplemented } from '../api/errors.ts'
import type { Unit } from '../api/unit.ts'
import { processingAt } from '../calendar/ach-calendar.ts'
import { publish } from '../event/publish.ts'
import { openExternalAccount } from '../external-account/create-external-account.ts'
import type { Behaviour, PaymentOrderBody } from '../store/bodies.ts'
import { find, insert } from '../store/resource.ts'
import { claimExternalId } from '../store/unique-external-id.ts'
import { later } from '../work/kinds.ts'
import { linkLedgerTransaction } from './follow-ledger.ts'
import type { CreatePaymentOrder } from './payment-order.schema.ts'
import { paymentOrder, type Receiver, timing } from './payment-order.ts'

const IMPLEMENTED = ['ach', 'wire', 'rtp', 'book']

/** Accepts an order; without approval rules it is approved at once and waits for the bank. */
export async function createPaymentOrder(unit: Unit, input: CreatePaymentOrder): Promise<PaymentOrderBody> {
  if (!IMPLEMENTED.includes(input.type)) notImplemented(`payment orders of type ${input.type}`)
  const origin = await find(unit, 'internal_account', input.originating_account_id)
  if (!origin) invalid('originating_account_id', 'The originating account could not be found')
  if (origin.body.currency !== input.currency) invalid('currency', 'The originating account has another currency')
  await claimExternalId(unit, 'payment_order', input.external_id)
  const { receiver, behaviour } = await receiverOf(unit, input)
  const draft = paymentOrder(unit, input, receiver)
  const linked = await linkLedgerTransaction(unit, draft.id, input.ledger_transaction, input.ledger_transaction_id)
  const order = { ...draft, ledger_transaction_id: linked }
  await insert(unit, 'payment_order', order, { behaviour })
  await publish(unit, 'payment_order', 'approved', order)
  await later(unit, 'payment_order.process', order.id, processingAt(timing(order), unit.now))
  return order
}

/** The receiving account and what the test bank will do to a payment there; refused unless the rail can reach it. */
export async function receiverOf(
  unit: Unit,
  input: Pick<CreatePaymentOrder, 'type' | 'receiving_account_id' | 'receiving_account' | 'originating_account_id'>,
): Promise<{ receiver: Receiver; behaviour: Behaviour }> {
  if (input.receiving_account_id === undefined) {
    const given = input.receiving_account ?? invalid('receiving_account', 'A receiving account is required')
    const account = await openExternalAccount(unit, given, { counterpartyId: null, name: null })
    return externalReceiver(unit, input.type, account.id)
  }
  const internal = await find(unit, 'internal_account', input.receiving_account_id)
  if (!internal) return externalReceiver(unit, input.type, input.receiving_account_id)
  if (input.type !== 'book') invalid('type', 'Only a book transfer reaches an internal account')
  if (internal.body.id === input.originating_account_id) {
    invalid('receiving_account_id', 'The receiving account must not be the originating account')
  }
  return { receiver: { type: 'internal_account', account: internal.body }, behaviour: { kind: 'accept' } }
}

async function externalReceiver(unit: Unit, type: string, id: string) {
  const found = await find(unit, 'external_account', id)
  if (!found) return invalid('receiving_account_id', 'The receiving account could not be found')
  const { body: account, extra } = found
  if (account.account_details.length === 0) invalid('receiving_account_id', 'The receiving account has no number')
  if (account.routing_details.length === 0 && type !== 'book') {
    invalid('receiving_account_id', `The receiving account has no routing number for ${type}`)
  }
  return { receiver: { type: 'external_account', account }, behaviour: extra.behaviour } as const
}
