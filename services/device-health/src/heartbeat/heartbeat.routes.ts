import { component, defineRoute, strict } from '@draupnir/http'
import { deviceStateSchema, idField, instantField, instantInput, periodField } from '@draupnir/wire'
import { z } from 'zod'
import { deviceResource } from '../device/device.routes.ts'
import { readDevice } from '../device/read-device.ts'
import { MAX_HEARTBEATS } from './heartbeat.ts'
import { readAvailability } from './read-availability.ts'
import { recordHeartbeats } from './record-heartbeats.ts'

const tags = ['Devices']
const params = strict({ device_id: idField('device') })
const heartbeat = strict({ at: instantInput, state: z.enum(['up', 'degraded', 'down', 'maintenance']) })

const received = component(
  'HeartbeatsReceived',
  z.object({ accepted: z.number().int(), duplicates: z.number().int(), device: deviceResource }),
)

const availability = component(
  'Availability',
  periodField.extend({
    device_id: idField('device'),
    intervals: z.array(
      z.object({
        from: instantField,
        to: instantField,
        state: deviceStateSchema,
        cause: z.enum(['heartbeat', 'silence', 'none']),
      }),
    ),
  }),
)

export const heartbeatRoutes = [
  defineRoute({
    method: 'post',
    path: '/v1/devices/{device_id}/heartbeats',
    scope: 'devices:write',
    summary: 'Report states of a device; late, repeated and unordered reports are merged',
    tags,
    params,
    body: strict({ heartbeats: z.array(heartbeat).min(1).max(MAX_HEARTBEATS) }),
    responses: { 200: received },
    handler: async (ctx, { params, body }) => {
      const { accepted, duplicates, device } = await recordHeartbeats(ctx, params.device_id, body.heartbeats)
      return { status: 200, body: { accepted, duplicates, device: await readDevice(ctx, device.id) } }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/devices/{device_id}/availability',
    scope: 'devices:read',
    summary: 'Read the availability log of a device, up to now',
    tags,
    params,
    query: strict({ from: instantInput, to: instantInput }),
    responses: { 200: availability },
    handler: async (ctx, { params, query }) => {
      const intervals = await readAvailability(ctx, params.device_id, query)
      return { status: 200, body: { device_id: params.device_id, ...query, intervals } }
    },
  }),
]
