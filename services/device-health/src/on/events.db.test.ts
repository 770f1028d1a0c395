import { deliverOutOfOrder, deliverTwice, emitted, eventSource, nextId } from '@draupnir/testing'
import {
  ContractActivated,
  ContractLineAdded,
  type ContractState,
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
  select serves_from, serves_until from assignments where device_id = ${id}`

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
  expect(await servesOf(first.id)).toEqual([{ serves_from: T0, serves_until: minutes(20) }])
  expect(await servesOf(second.id)).toEqual([{ serves_from: minutes(10), serves_until: minutes(20) }])
  expect(await hoursOf(first.id)).toEqual([1200 * 8])
  expect(await hoursOf(second.id)).toEqual([600 * 8])
})

it.each(deliveries)('assigns nothing for a draft, told %s', async (_, deliverSo) => {
  const { id } = await newDevice()
  const contract = contractOn([id], { lifecycle: 'draft', activated_at: null, billing_anchor: null })
  const [line] = contract.lines
  if (line === undefined) throw new Error('no line')
  await deliverSo(consumer, [eventSource().next(ContractLineAdded, { edit: edit('add_line', 0), line, contract })])
  expect(await servesOf(id)).toEqual([])
})
