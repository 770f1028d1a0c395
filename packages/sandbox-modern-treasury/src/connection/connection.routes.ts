import { equals } from '../api/list.ts'
import { list, type Route } from '../api/route.ts'

export const connectionRoutes: readonly Route[] = [
  list('/api/connections', 'connection', { vendor_customer_id: equals('vendor_customer_id') }),
]
