import type { JsonValue } from '@draupnir/errors'
import { addMs } from '@draupnir/time'
import type ModernTreasury from 'modern-treasury'
import { z } from 'zod'
import { notImplemented } from '../api/errors.ts'
import { mergeMetadata, metadata } from '../api/fields.ts'
import { base, type Unit } from '../api/unit.ts'
import { readManner } from '../ledger/ledger-manner.ts'
import { insert } from '../store/resource.ts'
import { later } from '../work/kinds.ts'
import { bulkAction } from './actions.ts'

export const ACTIONS = ['create', 'update', 'delete'] as const
// biome-ignore format: one word a line would be half a page
export const RESOURCE_TYPES = [
  'payment_order', 'ledger_account', 'ledger_transaction', 'expected_payment', 'transaction', 'transaction_line_item',
  'entity_link',
] as const

export const CreateBulkRequest = z.looseObject({
  action_type: z.enum(ACTIONS),
  resource_type: z.enum(RESOURCE_TYPES),
  resources: z.array(z.record(z.string(), z.json())).min(1),
  metadata: metadata.default({}),
})

/** Takes what is asked for many resources, and answers before any of it is done. */
export async function createBulkRequest(
  unit: Unit,
  input: z.infer<typeof CreateBulkRequest>,
): Promise<ModernTreasury.BulkRequest> {
  const { action_type, resource_type } = input
  if (bulkAction(action_type, resource_type) === null)
    notImplemented(`bulk requests to ${action_type} a ${resource_type}`)
  const request: ModernTreasury.BulkRequest = {
    ...base(unit, 'bulk_request'),
    action_type,
    resource_type,
    status: 'pending',
    total_resource_count: input.resources.length,
    success_result_count: 0,
    failed_result_count: 0,
    metadata: mergeMetadata({}, input.metadata),
  }
  const resources: readonly JsonValue[] = input.resources
  await insert(unit, 'bulk_request', request, { resources })
  const { bulk_delay_ms: delayMs } = await readManner(unit.sql)
  await later(unit, 'bulk_request.process', request.id, addMs(unit.now, delayMs))
  return request
}
