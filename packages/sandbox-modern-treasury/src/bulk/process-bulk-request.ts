import { type JsonValue, required } from '@draupnir/errors'
import type ModernTreasury from 'modern-treasury'
import { ApiError } from '../api/errors.ts'
import { base, type Unit } from '../api/unit.ts'
import { insert, lock, save } from '../store/resource.ts'
import { bulkAction } from './actions.ts'

type Done = Pick<ModernTreasury.BulkResult, 'status' | 'entity_type' | 'entity_id' | 'entity'>

/** Does what a bulk request asks, each resource on its own; one result for each. */
export async function processBulkRequest(unit: Unit, id: string): Promise<void> {
  const { body, extra } = await lock(unit, 'bulk_request', id)
  let failed = 0
  for (const params of extra.resources) {
    const done = await doOne(unit, body, params)
    if (done.status === 'failed') failed += 1
    const result: ModernTreasury.BulkResult = {
      ...base(unit, 'bulk_result'),
      request_id: id,
      request_type: 'bulk_request',
      request_params: textsOf(params),
      ...done,
    }
    await insert(unit, 'bulk_result', result)
  }
  const success_result_count = body.total_resource_count - failed
  await save(unit, 'bulk_request', { ...body, status: 'completed', success_result_count, failed_result_count: failed })
}

async function doOne(unit: Unit, request: ModernTreasury.BulkRequest, params: JsonValue): Promise<Done> {
  const action = required(bulkAction(request.action_type, request.resource_type), 'the request was taken')
  await unit.sql`savepoint bulk_resource`
  try {
    const entity = await action(unit, params)
    await unit.sql`release savepoint bulk_resource`
    return { status: 'successful', entity_type: request.resource_type, entity_id: entity.id, entity }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    await unit.sql`rollback to savepoint bulk_resource`
    const { code, message, parameter } = error
    const request_errors = [{ ...(code && { code }), message, ...(parameter && { parameter }) }]
    const entity = { ...base(unit, 'bulk_error'), request_errors }
    return { status: 'failed', entity_type: 'bulk_error', entity_id: entity.id, entity }
  }
}

// The specification has only texts here.
function textsOf(params: JsonValue): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Object(params)).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
}
