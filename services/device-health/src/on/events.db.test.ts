import { deliverOutOfOrder, deliverTwice, emitted, eventSource, nextId } from '@draupnir/testing'
import {
  ContractActivated,
  ContractEditVoided,
  ContractLineAdded,
  ContractLineDevicesAssigned,
  ContractLineRemoved,
  ContractResumed,
  type ContractState,
  ContractSuspended,
  ContractTerminated,
  PartyOnboarded,
  UsageRecorded,
} from '@draupnir/wire'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { recordHeartbeats } from '../heartbeat/record-heartbeats.ts'
import { findSeller } from '../seller/find-seller.ts'
import { contractOn, healthService, minutes, T0 } from '../service.fixture.ts'

const service = await healthService()
const { ctx, db, consumer, newDevice, clock } = service
beforeAll(service.onboard)
beforeEach(() => clock.set(minutes(180)))

const deliveries = [
  ['twice', deliverTwice],
  ['out of order', deliverOutOfOrder],
] as const

const edit = (operation: string, minute: number) => ({
  id: nextId('contractEdit'),
  operation,
  effective_at: minutes(minute),
  recorded_at: minutes(minute),
  actor: 'key_test',
})
const beats = (...at: number[]) => at.map((minute) => ({ at: minutes(minute), state: 'up' as const }))
const hoursOf = async (id: string) =>
  (
    await db.sql<{ total: number }[]>`
      select total_gpu_seconds as total from usage_hours where device_id = ${id} order by hour`
  ).map(({ total }) => total)
const servesOf = (id: string) => db.sql`
  select line_id, serves from assignments where device_id = ${id}`

it.each(deliveries)('knows an onboarded seller when told %s', async (_, deliverSo) => {
  const id = nextId('party')
  const party = {
    id,
    name: 'Acme',
    kind: 'business' as const,
    roles: ['seller' as const],
    email: 'a@example.com',
    state: 'onboarded' as const,
    failure: null,
    created_at: T0,
  }
  await deliverSo(consumer, [eventSource().next(PartyOnboarded, { party })])
  expect(await findSeller(ctx, id)).toMatchObject({ id, roles: ['seller'] })
})

it.each(deliveries)('meters what was heard since the activation, told %s', async (_, deliverSo) => {
  const { id } = await newDevice()
  await recordHeartbeats(ctx, id, beats(0, 10, 20))
  const contract = contractOn([id], { activated_at: minutes(5) })
  await deliverSo(consumer, [eventSource().next(ContractActivated, { edit: edit('activate', 5), contract })])
  expect(await hoursOf(id)).toEqual([900 * 8])
  const events = (await emitted(db, UsageRecorded)).filter(({ data }) => data.device_id === id)
  expect(events).toHaveLength(1)
})

it.each(deliveries)('follows a contract from its activation to its end, told %s', async (_, deliverSo) => {
  const [first, second] = [await newDevice(), await newDevice()]
  for (const { id } of [first, second]) await recordHeartbeats(ctx, id, beats(0, 10, 20, 30))
  const activated = contractOn([first.id])
  const [added] = contractOn([second.id]).lines
  if (added === undefined) throw new Error('no line')
  const widened: ContractState = { ...activated, lines: [...activated.lines, added], version: 4 }
  const ended: ContractState = { ...widened, lifecycle: 'ended', ends_at: minutes(20), version: 5 }
  const source = eventSource()
  await deliverSo(consumer, [
    source.next(ContractActivated, { edit: edit('activate', 0), contract: activated }),
    source.next(ContractLineAdded, { edit: edit('add_line', 10), line: added, contract: widened }),
    source.next(ContractTerminated, { edit: edit('terminate', 20), cause: 'done', contract: ended }),
  ])
  expect(await servesOf(first.id)).toMatchObject([{ serves: [{ from: T0, until: minutes(20) }] }])
  expect(await servesOf(second.id)).toMatchObject([{ serves: [{ from: minutes(10), until: minutes(20) }] }])
  expect(await hoursOf(first.id)).toEqual([1200 * 8])
  expect(await hoursOf(second.id)).toEqual([600 * 8])
})

/** Rests from 20 to 40, has another device from 60 and no line from 100. */
it.each(deliveries)(
  'follows a rest, another device, a line that goes and an end that is undone, told %s',
  async (_, deliverSo) => {
    const [first, second] = [await newDevice(), await newDevice()]
    const every = Array.from({ length: 15 }, (_, index) => index * 10)
    for (const { id } of [first, second]) await recordHeartbeats(ctx, id, beats(...every))
    const active = contractOn([first.id])
    const source = eventSource()
    const [line] = active.lines
    const on = (ids: (typeof first.id)[]) => (line === undefined ? [] : [{ ...line, device_ids: ids }])
    const next = (version: number, over: Partial<ContractState>): ContractState => ({ ...active, ...over, version })
    await deliverSo(consumer, [
      source.next(ContractActivated, { edit: edit('activate', 0), contract: active }),
      source.next(ContractSuspended, { edit: edit('suspend', 20), contract: next(4, { lifecycle: 'suspended' }) }),
      source.next(ContractResumed, { edit: edit('resume', 40), contract: next(5, {}) }),
      source.next(ContractLineDevicesAssigned, {
        edit: edit('assign_devices', 60),
        contract: next(6, { lines: on([second.id]) }),
      }),
      source.next(ContractTerminated, {
        edit: edit('terminate', 70),
        cause: 'x',
        contract: next(7, { lines: on([second.id]), ends_at: minutes(90) }),
      }),
      source.next(ContractEditVoided, { edit: edit('void', 80), contract: next(8, { lines: on([second.id]) }) }),
      source.next(ContractLineRemoved, { edit: edit('remove_line', 100), contract: next(9, { lines: [] }) }),
    ])
    expect(await servesOf(first.id)).toMatchObject([
      {
        serves: [
          { from: T0, until: minutes(20) },
          { from: minutes(40), until: minutes(60) },
        ],
      },
    ])
    expect(await servesOf(second.id)).toMatchObject([{ serves: [{ from: minutes(60), until: minutes(100) }] }])
    expect((await hoursOf(first.id)).filter((total) => total !== 0)).toEqual([40 * 60 * 8])
    expect((await hoursOf(second.id)).filter((total) => total !== 0)).toEqual([40 * 60 * 8])
  },
)

it.each(deliveries)('meters again what an edit of the past changes, told %s', async (_, deliverSo) => {
  const [first, second] = [await newDevice(), await newDevice()]
  for (const { id } of [first, second]) await recordHeartbeats(ctx, id, beats(0, 10, 20, 30, 40, 50))
  const active = contractOn([first.id])
  const [line] = active.lines
  if (line === undefined) throw new Error('no line')
  const source = eventSource()
  const moved = { ...active, lines: [{ ...line, device_ids: [second.id] }] }
  // Told at 50: the other device served since 10, but for a rest from 20 to 30.
  const at10 = { line_id: line.id, device_ids: [second.id] }
  const told = { ...edit('assign_devices', 10), recorded_at: minutes(50) }
  await deliverSo(consumer, [
    source.next(ContractActivated, { edit: edit('activate', 0), contract: active }),
    source.next(ContractSuspended, {
      edit: edit('suspend', 20),
      contract: { ...active, lifecycle: 'suspended', version: 4 },
    }),
    source.next(ContractResumed, { edit: edit('resume', 30), contract: { ...active, version: 5 } }),
    source.next(ContractLineDevicesAssigned, {
      edit: told,
      serving: [
        { from: minutes(10), lines: [at10] },
        { from: minutes(20), lines: [] },
        { from: minutes(30), lines: [at10] },
      ],
      contract: { ...moved, version: 6 },
    }),
  ])
  expect(await servesOf(first.id)).toMatchObject([{ serves: [{ from: T0, until: minutes(10) }] }])
  expect(await servesOf(second.id)).toMatchObject([
    {
      serves: [
        { from: minutes(10), until: minutes(20) },
        { from: minutes(30), until: null },
      ],
    },
  ])
  expect(await hoursOf(first.id)).toEqual([600 * 8])
  expect(await hoursOf(second.id)).toEqual([1800 * 8])
})

it.each(deliveries)('assigns nothing for a draft, told %s', async (_, deliverSo) => {
  const { id } = await newDevice()
  const contract = contractOn([id], { lifecycle: 'draft', activated_at: null, billing_anchor: null })
  const [line] = contract.lines
  if (line === undefined) throw new Error('no line')
  await deliverSo(consumer, [eventSource().next(ContractLineAdded, { edit: edit('add_line', 0), line, contract })])
  expect(await servesOf(id)).toEqual([])
})
