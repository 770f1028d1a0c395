import { z } from 'zod'
import { mergeMetadata, metadata as metadataField } from '../api/fields.ts'
import { equals, from, metadata, oneOf, until } from '../api/list.ts'
import { accept, list, type Route, retrieve, update } from '../api/route.ts'
import { lock, save } from '../store/resource.ts'
import { IPD_TYPES, SimulateIncomingPayment, simulateIncomingPayment } from './simulate-incoming-payment.ts'

const UpdateIncomingPayment = z.looseObject({ metadata: metadataField.optional() })

export const incomingPaymentDetailRoutes: readonly Route[] = [
  accept('/api/simulations/incoming_payment_details/create_async')(SimulateIncomingPayment, simulateIncomingPayment),
  list('/api/incoming_payment_details', 'incoming_payment_detail', {
    direction: oneOf('direction', ['credit', 'debit']),
    status: oneOf('status', ['completed', 'pending', 'returned']),
    type: oneOf('type', IPD_TYPES),
    as_of_date_start: from('as_of_date'),
    as_of_date_end: until('as_of_date'),
    virtual_account_id: equals('virtual_account_id'),
    metadata,
  }),
  retrieve('/api/incoming_payment_details/:id', 'incoming_payment_detail'),
  update('/api/incoming_payment_details/:id')(UpdateIncomingPayment, async (unit, input, id) => {
    const { body } = await lock(unit, 'incoming_payment_detail', id)
    const changed = { ...body, metadata: mergeMetadata(body.metadata, input.metadata) }
    return save(unit, 'incoming_payment_detail', changed)
  }),
]
