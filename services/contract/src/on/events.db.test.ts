import { type Id, newId } from '@draupnir/ids'
import { deliverOutOfOrder, deliverTwice, emitted, eventSource, expectRejection, nextId } from '@draupnir/testing'
import {
  BillingStatusChanged,
  ContractStatusChanged,
  ContractSynced,
  ContractSyncFailed,
  type Device,
  DeviceRegistered,
  DeviceStateChanged,
  type Envelope,
  PartyOnboarded,
} from '@draupnir/wire'
import { beforeAll, expect, it } from 'vitest'
import { flatLine, hours, T0, usageLine } from '../contract/contract.fixture.ts'
import { readContract } from '../contract/read-contract.ts'
import { lockDevices } from '../device/lock-devices.ts'
import { findParty } from '../party/find-party.ts'
import { contractService } from '../service.fixture.ts'
import { rememberBillingStatus } from '../status/remember-billing-status.ts'
import { silent } from '../status/status.ts'

const service = await contractService()
const { ctx, consumer, active, newDevice } = service
beforeAll(service.onboard)

const deliveries = [
  ['twice', deliverTwice],
  ['out of order', deliverOutOfOrder],
] as const

const party = (id: Id<'party'>) => ({
  id,
  name: 'Acme',
  kind: 'business' as const,
  roles: ['seller' as const],
  email: 'a@example.com',
  state: 'onboarded' as const,
  failure: null,
  created_at: T0,
})

const deviceOf = (id: Id<'device'>, state: Device['state']): Device => ({
  id,
  seller_id: newId('party', T0),
  serial: 'S1',
  sku: 'h100',
  gpu_count: 8,
  heartbeat_grace_seconds: 60,
  state,
  last_heartbeat_at: null,
})

it.each(deliveries)('knows an onboarded party when told %s', async (_, deliverSo) => {
  const id = nextId('party')
  await deliverSo(consumer, [eventSource().next(PartyOnboarded, { party: party(id) })])
  expect(await findParty(ctx, id)).toMatchObject({ id, roles: ['seller'] })
})

it.each(deliveries)('knows a registered device when told %s', async (_, deliverSo) => {
  const device = deviceOf(nextId('device'), 'unknown')
  await deliverSo(consumer, [eventSource().next(DeviceRegistered, { device })])
  const known = await ctx.db.transaction((db) => lockDevices({ ...ctx, db }, [device.id]))
  expect(known).toMatchObject([{ id: device.id, seller_id: device.seller_id }])
})

it.each(deliveries)('shows how its devices are when told %s', async (_, deliverSo) => {
  const [one, two] = [await newDevice(), await newDevice()]
  const { id } = await active(usageLine({ device_ids: [one, two] }))
  expect((await readContract(ctx, id)).service_status).toBe('provisioning')
  const source = eventSource()
  const change = (device: Id<'device'>, from: Device['state'], to: Device['state']): Envelope =>
    source.next(DeviceStateChanged, { device: deviceOf(device, to), from, to, at: T0, contract_id: id })
  await deliverSo(consumer, [change(one, 'unknown', 'down'), change(one, 'down', 'up'), change(two, 'unknown', 'down')])
  expect((await readContract(ctx, id)).service_status).toBe('degraded')
})

it.each(deliveries)('shows the last word of metering-sync when told %s', async (_, deliverSo) => {
  const { id } = await active(flatLine())
  expect((await readContract(ctx, id)).sync).toMatchObject({ sync_state: 'pending', attempts: 0 })
  const source = eventSource()
  const failed = { ...silent(id).sync, sync_state: 'retrying' as const, attempts: 1, last_error: '500' }
  const synced = { ...silent(id).sync, sync_state: 'synced' as const, synced_version: 3 }
  const again = { ...failed, attempts: 2, next_attempt_at: hours(1) }
  await deliverSo(consumer, [
    source.next(ContractSyncFailed, { sync: failed }),
    source.next(ContractSynced, { sync: synced }),
    source.next(ContractSyncFailed, { sync: again }),
  ])
  expect((await readContract(ctx, id)).sync).toEqual({
    sync_state: 'retrying',
    attempts: 2,
    last_error: '500',
    next_attempt_at: hours(1),
  })
})

it.each(deliveries)('shows the billing status when told %s', async (_, deliverSo) => {
  const { id } = await active(flatLine())
  const source = eventSource()
  await deliverSo(consumer, [
    source.next(BillingStatusChanged, { contract_id: id, from: 'none', to: 'current', at: T0 }),
    source.next(BillingStatusChanged, { contract_id: id, from: 'current', to: 'due', at: hours(1) }),
  ])
  const told = (await emitted(service.db, ContractStatusChanged)).filter(({ aggregateId }) => aggregateId === id)
  expect(told.map(({ data }) => [data.to, data.at])).toEqual([
    ['active', T0],
    ['current', T0],
    ['due', hours(1)],
  ])
  const view = await readContract(ctx, id)
  expect(view.billing_status).toBe('due')
  expect(view.sync.sync_state).toBe('pending')
})

it('refuses a billing status that cannot follow, and tells of each that can', async () => {
  const { id } = await active(flatLine())
  await rememberBillingStatus(ctx, id, 'past_due', T0)
  await expectRejection(
    rememberBillingStatus(ctx, id, 'past_due_again' as never, T0),
    'contract.status-transition-illegal',
  )
  await rememberBillingStatus(ctx, id, 'past_due', hours(1))
  await rememberBillingStatus(ctx, id, 'delinquent', hours(1))
  await expectRejection(rememberBillingStatus(ctx, id, 'none', hours(2)), 'contract.status-transition-illegal')
  const told = (await emitted(service.db, ContractStatusChanged)).filter(({ aggregateId }) => aggregateId === id)
  expect(told.map(({ data }) => data).filter(({ machine }) => machine === 'billing_status')).toMatchObject([
    { from: 'none', to: 'past_due', at: T0 },
    { from: 'past_due', to: 'delinquent', at: hours(1) },
  ])
})
