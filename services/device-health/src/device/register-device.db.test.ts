import { emitted, expectRejection, nextId, testContext } from '@draupnir/testing'
import { DeviceRegistered } from '@draupnir/wire'
import { beforeAll, expect, it } from 'vitest'
import { healthService, SELLER } from '../service.fixture.ts'
import { readDevice } from './read-device.ts'
import { registerDevice } from './register-device.ts'

const service = await healthService()
const { ctx, db } = service
beforeAll(service.onboard)

const input = { seller_id: SELLER, serial: 'A', sku: 'h100', gpu_count: 8, heartbeat_grace_seconds: 60 }

it('registers a device and tells of it', async () => {
  const device = await registerDevice(ctx, input)
  expect(await emitted(db, DeviceRegistered)).toMatchObject([
    { aggregateId: device.id, aggregateSeq: 1, data: { device } },
  ])
})

it('refuses a serial the seller has registered, and leaves nothing behind', async () => {
  const before = await emitted(db)
  await expectRejection(registerDevice(ctx, input), 'device-health.serial-taken', { serial: 'A' })
  expect(await emitted(db)).toEqual(before)
})

it('refuses a seller that another tenant onboarded', async () => {
  const other = testContext(db, { tenant: nextId('tenant') })
  await expectRejection(registerDevice(other, { ...input, serial: 'B' }), 'device-health.seller-not-onboarded')
})

it('shows no device of another tenant', async () => {
  const { id } = await registerDevice(ctx, { ...input, serial: 'C' })
  const other = testContext(db, { tenant: nextId('tenant') })
  await expectRejection(readDevice(other, id), 'request.not-found', { device_id: id })
})
