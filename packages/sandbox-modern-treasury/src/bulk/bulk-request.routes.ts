import { equals, metadata, oneOf } from '../api/list.ts'
import { create, list, type Route, retrieve } from '../api/route.ts'
import { ACTIONS, CreateBulkRequest, createBulkRequest, RESOURCE_TYPES } from './create-bulk-request.ts'

export const bulkRoutes: readonly Route[] = [
  create('/api/bulk_requests')(CreateBulkRequest, createBulkRequest),
  list('/api/bulk_requests', 'bulk_request', {
    status: oneOf('status', ['pending', 'processing', 'completed']),
    resource_type: oneOf('resource_type', RESOURCE_TYPES),
    action_type: oneOf('action_type', ACTIONS),
    metadata,
  }),
  retrieve('/api/bulk_requests/:id', 'bulk_request'),
  list('/api/bulk_results', 'bulk_result', {
    request_id: equals('request_id'),
    request_type: oneOf('request_type', ['bulk_request']),
    status: oneOf('status', ['pending', 'successful', 'failed']),
    entity_id: equals('entity_id'),
    entity_type: equals('entity_type'),
  }),
  retrieve('/api/bulk_results/:id', 'bulk_result'),
]
