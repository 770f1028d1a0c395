import { emitted, expectRejection, nextId, testContext } from '@draupnir/testing'
import { DeviceStateChanged, UsageRecorded } from '@draupnir/wire'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { followContract } from '../assignment/follow-contract.ts'
import { markSilent } from '../device/mark-silent.ts'
import { readDevice } from '../device/read-device.ts'
import { contractOn, healthService, minutes, standing, T0 } from '../service.fixture.ts'
import type { Heartbeat } from './availability.ts'
import { readAvailability } from './read-availability.ts'
import { recordHeartbeats } from './record-heartbeats.ts'

const service = await healthService()
const { ctx, db, newDevice, clock } = service
beforeAll(service.onboard)
beforeEach(() => clock.set(minutes(180)))

const beats = (...at: number[]): Heartbeat[] => at.map((minute) => ({ at: minutes(minute), state: 'up' }))
const everyTenMinutes = (from: number, to: number): Heartbeat[] =>
  beats(...Array.from({ length: (to - from) / 10 + 1 }, (_, index) => from + index * 10))

const usageOf = async (id: string) =>
  (await emitted(db, UsageRecorded)).filter(({ data }) => data.device_id === id).flatMap(({ data }) => data.buckets)
const hoursOf = (id: string) => db.sql<{ total: number; revision: number }[]>`
  select total_gpu_seconds as total, revision from usage_hours where device_id = ${id} order by hour`
const changesOf = async (id: string) =>
  (await emitted(db, DeviceStateChanged))
    .filter(({ data }) => data.device.id === id)
    .map(({ data }) => `${data.from} → ${data.to} ${data.at}`)

it('meters each hour of a device that serves a usage line, in the same transaction', async () => {
  const { id } = await newDevice()
  const contract = contractOn([id])
  await followContract(ctx, standing(contract, T0))
  const { device, accepted } = await recordHeartbeats(ctx, id, everyTenMinutes(0, 90))
  expect(accepted).toBe(10)
  expect(device.last_heartbeat_at).toBe(minutes(90))
  const [event] = (await emitted(db, UsageRecorded)).filter(({ data }) => data.device_id === id)
  expect(event?.data).toEqual({
    device_id: id,
    contract_id: contract.id,
    line_id: contract.lines[0]?.id,
    buckets: [
      { hour: T0, revision: 1, delta_gpu_seconds: 28_800, total_gpu_seconds: 28_800 },
      { hour: minutes(60), revision: 1, delta_gpu_seconds: 14_400, total_gpu_seconds: 14_400 },
    ],
  })
})

it('publishes only what a later heartbeat adds', async () => {
  const { id } = await newDevice()
  await followContract(ctx, standing(contractOn([id]), T0))
  await recordHeartbeats(ctx, id, beats(0, 10))
  await recordHeartbeats(ctx, id, beats(20))
  expect(await usageOf(id)).toEqual([
    { hour: T0, revision: 1, delta_gpu_seconds: 4800, total_gpu_seconds: 4800 },
    { hour: T0, revision: 2, delta_gpu_seconds: 4800, total_gpu_seconds: 9600 },
  ])
})

it('takes back what a late heartbeat shows not to have run', async () => {
  const { id } = await newDevice()
  await followContract(ctx, standing(contractOn([id]), T0))
  await recordHeartbeats(ctx, id, beats(0, 10))
  await recordHeartbeats(ctx, id, [{ at: minutes(5), state: 'down' }])
  expect((await usageOf(id)).at(-1)).toEqual({
    hour: T0,
    revision: 2,
    delta_gpu_seconds: -2400,
    total_gpu_seconds: 2400,
  })
})

it('takes the worse of two reports of one moment, in either order', async () => {
  const { id } = await newDevice()
  await followContract(ctx, standing(contractOn([id]), T0))
  await recordHeartbeats(ctx, id, beats(0, 10))
  expect(await recordHeartbeats(ctx, id, [{ at: T0, state: 'down' }])).toMatchObject({ accepted: 1 })
  expect(await recordHeartbeats(ctx, id, beats(0))).toMatchObject({ accepted: 0 })
  expect(await hoursOf(id)).toEqual([{ total: 0, revision: 2 }])
})

it('comes to the same hours one by one, backwards and twice', async () => {
  const list = [...everyTenMinutes(0, 40), { at: minutes(45), state: 'down' as const }, ...everyTenMinutes(70, 120)]
  const orders = [[list], list.map((one) => [one]), list.toReversed().map((one) => [one]), [list.toReversed(), list]]
  const results: unknown[] = []
  for (const batches of orders) {
    const { id } = await newDevice()
    await followContract(ctx, standing(contractOn([id]), T0))
    for (const batch of batches) await recordHeartbeats(ctx, id, batch)
    const totals = (await hoursOf(id)).map(({ total }) => total).filter((total) => total > 0)
    const sums = Map.groupBy(await usageOf(id), ({ hour }) => hour)
    const deltas = [...sums].sort().map(([, its]) => its.reduce((sum, one) => sum + one.delta_gpu_seconds, 0))
    expect(deltas.filter((sum) => sum > 0)).toEqual(totals)
    results.push([totals, await readAvailability(ctx, id, { from: T0, to: minutes(180) })])
  }
  for (const result of results) expect(result).toEqual(results[0])
})

it('stays quiet about heartbeats it knows', async () => {
  const { id } = await newDevice()
  await followContract(ctx, standing(contractOn([id]), T0))
  await recordHeartbeats(ctx, id, beats(0, 10))
  const before = await emitted(db)
  expect(await recordHeartbeats(ctx, id, beats(10, 0, 10))).toMatchObject({ accepted: 0, duplicates: 3 })
  expect(await emitted(db)).toEqual(before)
})

it('meters nothing for a flat line, nor without a contract', async () => {
  const [flat, free] = [await newDevice(), await newDevice()]
  const price = { type: 'flat_recurring', unit_price: { amount: '1', currency: 'USD' } } as const
  await followContract(ctx, standing(contractOn([flat.id], { price }), T0))
  for (const { id } of [flat, free]) {
    await recordHeartbeats(ctx, id, beats(0, 10))
    expect(await usageOf(id)).toEqual([])
  }
})

it('goes up with a fresh heartbeat, names the contract, and goes down when it falls silent', async () => {
  const { id } = await newDevice()
  const contract = contractOn([id])
  await followContract(ctx, standing(contract, T0))
  clock.set(minutes(10))
  await recordHeartbeats(ctx, id, beats(10))
  expect((await emitted(db, DeviceStateChanged)).at(-1)?.data).toMatchObject({ to: 'up', contract_id: contract.id })
  const timer = await db.sql`select due_at from timers where kind = 'device-health.silence' and key = ${id}`
  expect(timer).toEqual([{ due_at: minutes(20) }])

  clock.set(minutes(19))
  await markSilent(ctx, id)
  expect((await readDevice(ctx, id)).state).toBe('up')
  clock.set(minutes(20))
  await markSilent(ctx, id)
  await markSilent(ctx, id)
  expect((await readDevice(ctx, id)).state).toBe('down')
  expect(await changesOf(id)).toEqual([`unknown → up ${minutes(10)}`, `up → down ${minutes(20)}`])
})

it('puts the silence off with every heartbeat, but not with a late one', async () => {
  const { id } = await newDevice()
  clock.set(minutes(15))
  await recordHeartbeats(ctx, id, beats(10))
  await recordHeartbeats(ctx, id, beats(15))
  await recordHeartbeats(ctx, id, beats(12))
  const timer = await db.sql`select due_at from timers where kind = 'device-health.silence' and key = ${id}`
  expect(timer).toEqual([{ due_at: minutes(25) }])
})

it('shows the availability up to now', async () => {
  const { id } = await newDevice()
  await recordHeartbeats(ctx, id, beats(0, 10))
  expect(await readAvailability(ctx, id, { from: minutes(-60), to: minutes(600) })).toEqual([
    { from: minutes(-60), to: T0, state: 'unknown', cause: 'none' },
    { from: T0, to: minutes(20), state: 'up', cause: 'heartbeat' },
    { from: minutes(20), to: minutes(180), state: 'down', cause: 'silence' },
  ])
  expect(await readAvailability(ctx, id, { from: minutes(181), to: minutes(182) })).toEqual([])
})

it('refuses a range that is backwards or too long', async () => {
  const { id } = await newDevice()
  const read = (to: number) => readAvailability(ctx, id, { from: T0, to: minutes(to) })
  await expectRejection(read(0), 'device-health.range-invalid')
  await expectRejection(read(32 * 1440), 'device-health.range-invalid')
})

it('refuses heartbeats of the future and for another tenant, and takes none of them', async () => {
  const { id } = await newDevice()
  await expectRejection(recordHeartbeats(ctx, id, beats(0, 181)), 'device-health.heartbeat-in-future', { index: 1 })
  const other = testContext(db, { tenant: nextId('tenant'), clock })
  await expectRejection(recordHeartbeats(other, id, beats(0)), 'request.not-found')
  expect(await db.sql`select 1 from heartbeats where device_id = ${id}`).toEqual([])
})

it('takes heartbeats sent at the same time one after another', async () => {
  const { id } = await newDevice()
  await followContract(ctx, standing(contractOn([id]), T0))
  await Promise.all(everyTenMinutes(0, 100).map((one) => recordHeartbeats(ctx, id, [one])))
  expect((await hoursOf(id)).map(({ total }) => total)).toEqual([28_800, 19_200])
})

it('splits many hours into events of at most 1000', async () => {
  const { id } = await newDevice()
  const hourly = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ at: minutes(-60 * (first + index)), state: 'up' as const }))
  await recordHeartbeats(ctx, id, hourly(0, 1000))
  await recordHeartbeats(ctx, id, hourly(1000, 201))
  const start = minutes(-60 * 2000)
  await followContract(ctx, standing(contractOn([id], { activated_at: start }), start))
  const events = (await emitted(db, UsageRecorded)).filter(({ data }) => data.device_id === id)
  const lengths = events.map(({ data }) => data.buckets.length)
  expect(Math.max(...lengths)).toBeLessThanOrEqual(1000)
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(1200)
})
