import { component, cursorOf, defineRoute, listOf, page, pageQuery, strict } from '@draupnir/http'
import { deviceSchema, idField, instantField } from '@draupnir/wire'
import { listDevices, readDevice } from './read-device.ts'
import { registerDevice } from './register-device.ts'

const DEFAULT_GRACE_SECONDS = 300
const tags = ['Devices']
const cursor = cursorOf(idField('device'))
const { sku, serial, gpu_count, heartbeat_grace_seconds } = deviceSchema.shape

export const deviceResource = component('Device', deviceSchema.extend({ registered_at: instantField }))

export const deviceRoutes = [
  defineRoute({
    method: 'post',
    path: '/v1/devices',
    scope: 'devices:write',
    summary: 'Register a device of a seller',
    tags,
    body: strict({
      seller_id: idField('party'),
      serial,
      sku,
      gpu_count,
      heartbeat_grace_seconds: heartbeat_grace_seconds.default(DEFAULT_GRACE_SECONDS),
    }),
    responses: { 201: deviceResource },
    handler: async (ctx, { body }) => {
      const { id } = await registerDevice(ctx, body)
      return { status: 201, body: await readDevice(ctx, id) }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/devices',
    scope: 'devices:read',
    summary: 'List devices, newest first',
    tags,
    query: strict({ ...pageQuery, seller_id: idField('party').optional() }),
    responses: { 200: listOf(deviceResource) },
    handler: async (ctx, { query }) => {
      const filter = { sellerId: query.seller_id ?? null, before: cursor.decode(query.cursor) }
      const rows = await listDevices(ctx, filter, query.limit + 1)
      const body = page(
        rows,
        query.limit,
        (row) => row,
        (row) => cursor.encode(row.id),
      )
      return { status: 200, body }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/devices/{device_id}',
    scope: 'devices:read',
    summary: 'Read a device',
    tags,
    params: strict({ device_id: idField('device') }),
    responses: { 200: deviceResource },
    handler: async (ctx, { params }) => ({ status: 200, body: await readDevice(ctx, params.device_id) }),
  }),
]
