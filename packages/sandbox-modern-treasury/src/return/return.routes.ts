import { equals, known, oneOf } from '../api/list.ts'
import { create, list, type Route, retrieve } from '../api/route.ts'

import { CreateReturn, createReturn } from './create-return.ts'

export const returnRoutes: readonly Route[] = [
  create('/api/returns')(CreateReturn, createReturn),
  list('/api/returns', 'return', {
    internal_account_id: equals('internal_account_id'),
    counterparty_id: known('counterpartyId'),
    returnable_id: equals('returnable_id'),
    returnable_type: oneOf('returnable_type', ['incoming_payment_detail', 'payment_order', 'return', 'reversal']),
  }),
  retrieve('/api/returns/:id', 'return'),
]
