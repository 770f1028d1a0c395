import { component, defineRoute, strict } from '@draupnir/http'
import { contractSyncSchema, decimalField, idField } from '@draupnir/wire'
import { z } from 'zod'
import { readMetering } from './read-metering.ts'
import { retrySync } from './retry-sync.ts'

const params = strict({ contract_id: idField('contract') })
const meteringResource = component(
  'ContractMetering',
  z.object({
    sync: contractSyncSchema,
    /** GPU-hours metered and already sent to OpenMeter. */
    usage: z.object({
      recorded_gpu_hours: decimalField,
      sent_gpu_hours: decimalField,
      unsent_events: z.number().int(),
    }),
  }),
)

export const mirrorRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/contracts/{contract_id}/metering',
    scope: 'contracts:read',
    summary: 'Shows how far OpenMeter equals a contract and its usage',
    tags: ['Metering'],
    params,
    responses: { 200: meteringResource },
    handler: async (ctx, { params: { contract_id } }) => ({ status: 200, body: await readMetering(ctx, contract_id) }),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/contracts/{contract_id}/metering/sync',
    scope: 'contracts:write',
    summary: 'Brings OpenMeter to a contract now instead of at the next attempt',
    tags: ['Metering'],
    params,
    responses: { 202: component('ContractSync', z.object({ sync: contractSyncSchema })) },
    handler: async (ctx, { params: { contract_id } }) => ({
      status: 202,
      body: { sync: await retrySync(ctx, contract_id) },
    }),
  }),
]
