import { newId } from '@draupnir/ids'
import { addMs, HOUR_MS, instant } from '@draupnir/time'
import { type ContractState, contractSchema } from '@draupnir/wire'
import { expect, it } from 'vitest'
import { servingSince } from './serving.ts'

const T0 = instant('2026-01-15T09:00:00Z')
const at = (hour: number) => addMs(T0, hour * HOUR_MS)
const [line, one, other] = [newId('contractLine', T0), newId('device', T0), newId('device', at(1))]

const contract = (device: typeof one, over: Partial<ContractState> = {}): ContractState =>
  contractSchema.parse({
    id: newId('contract', T0),
    buyer_id: newId('party', T0),
    currency: 'USD',
    lifecycle: 'active',
    cadence: 'P1M',
    net_days: 30,
    collection_method: 'wallet',
    platform_fee_rate: '0.1',
    time_zone: 'UTC',
    billing_anchor: T0,
    activated_at: T0,
    ends_at: null,
    lines: [
      {
        id: line,
        seller_id: newId('party', at(2)),
        sku: 'h100',
        description: 'H100',
        quantity: '1',
        price: { type: 'usage', unit: 'gpu_hour', unit_price: { amount: '235', currency: 'USD' } },
        device_ids: [device],
      },
    ],
    version: 1,
    ...over,
  })
const [old, young] = [contract(one), contract(other)]
const before = [{ from: T0, to: null, state: old }]

it('tells who served since the earliest moment that is touched, each change once', () => {
  const rests = { ...young, lifecycle: 'suspended' as const }
  const after = [
    { from: T0, to: at(2), state: old },
    { from: at(2), to: at(4), state: young },
    { from: at(4), to: at(5), state: { ...young, net_days: 10 } },
    { from: at(5), to: at(6), state: rests },
    { from: at(6), to: null, state: young },
  ]
  const serving = [{ line_id: line, device_ids: [other] }]
  expect(servingSince(before, after, at(2), at(8))).toEqual([
    { from: at(2), lines: serving },
    { from: at(5), lines: [] },
    { from: at(6), lines: serving },
  ])
  expect(servingSince(before, after, at(2), at(5))).toEqual([{ from: at(2), lines: serving }])
})

it('tells of who serves a stretch from the moment that is touched on, and of lines that devices serve', () => {
  const bare = old.lines.map((one) => ({ ...one, id: newId('contractLine', at(9)), device_ids: [] }))
  const after = [{ from: T0, to: null, state: { ...young, lines: [...young.lines, ...bare] } }]
  expect(servingSince(before, after, at(1), at(3))).toEqual([
    { from: at(1), lines: [{ line_id: line, device_ids: [other] }] },
  ])
})

it('tells nothing of an edit on time, or one that changes nobody', () => {
  const after = [{ from: T0, to: null, state: young }]
  expect(servingSince(before, after, at(2), at(2))).toEqual([])
  expect(servingSince(before, [{ from: T0, to: null, state: { ...old, net_days: 5 } }], T0, at(2))).toEqual([])
})
