import { emitted } from '@draupnir/testing'
import { ContractStatusChanged } from '@draupnir/wire'
import { beforeAll, expect, it } from 'vitest'
import { activateContract } from '../contract/activate-contract.ts'
import { assignDevices } from '../contract/assign-devices.ts'
import { flatLine, hours, usageLine } from '../contract/contract.fixture.ts'
import { correctEdit } from '../contract/correct-edit.ts'
import { followDevice } from '../contract/follow-device.ts'
import { beginEdits } from '../contract/load-contract.ts'
import { readTimeline } from '../contract/read-timeline.ts'
import { resumeContract } from '../contract/resume-contract.ts'
import { suspendContract } from '../contract/suspend-contract.ts'
import { terminateContract } from '../contract/terminate-contract.ts'
import { voidEdit } from '../contract/void-edit.ts'
import { contractService } from '../service.fixture.ts'
import { rememberBillingStatus } from './remember-billing-status.ts'

const service = await contractService()
const { ctx, db, clock, draft, newDevice } = service
beforeAll(service.onboard)

async function transitionsOf(id: string, machine: string) {
  const told = (await emitted(db, ContractStatusChanged)).filter(({ aggregateId }) => aggregateId === id)
  const events = told.map(({ data: { contract_id: _, ...one } }) => one)
  const asked = { knownAt: clock.now(), from: null, to: null, limit: 500 }
  const { transitions } = await readTimeline(ctx, id as never, asked)
  expect(transitions).toEqual(events)
  return events.filter((one) => one.machine === machine).map(({ from, to, at }) => [from, to, at])
}

it('tells each change of how a contract is served, by its devices, by an edit, by its end and its return', async () => {
  clock.set(hours(0))
  const [one, two] = [await newDevice(), await newDevice()]
  const { id, lines } = await draft(usageLine({ device_ids: [one] }), flatLine())
  const line_id = lines[0]?.id
  if (line_id === undefined) throw new Error('no line')
  const serveBy = (...device_ids: (typeof one)[]) => assignDevices(ctx, id, { line_id, device_ids, host_id: null })
  const steps = [
    () => followDevice(ctx, one, 'up', clock.now()),
    () => activateContract(ctx, id, { billing_anchor: null }),
    () => followDevice(ctx, one, 'down', clock.now()),
    () => followDevice(ctx, two, 'up', clock.now()),
    () => serveBy(one, two),
    () => followDevice(ctx, one, 'up', clock.now()),
    () => serveBy(),
    () => serveBy(two),
    () => suspendContract(ctx, id, {}),
    () => resumeContract(ctx, id, {}),
    () => terminateContract(ctx, id, { when: 'now', cause: 'x' }),
  ]
  for (const [index, step] of steps.entries()) {
    clock.set(hours(index))
    await step()
  }
  const [end] = await db.sql<{ id: never }[]>`
    select id from contract_edits where contract_id = ${id} and operation = 'terminate'`
  clock.set(hours(20))
  await voidEdit(ctx, id, { edit_id: end?.id as never })
  expect(await transitionsOf(id, 'service_status')).toEqual([
    ['provisioning', 'up', hours(1)],
    ['up', 'down', hours(2)],
    ['down', 'degraded', hours(4)],
    ['degraded', 'up', hours(5)],
    ['up', 'provisioning', hours(6)],
    ['provisioning', 'up', hours(7)],
    ['up', 'decommissioned', hours(10)],
    ['decommissioned', 'up', hours(10)],
  ])
  expect(await transitionsOf(id, 'lifecycle')).toEqual([
    ['draft', 'active', hours(1)],
    ['active', 'suspended', hours(8)],
    ['suspended', 'active', hours(9)],
    ['active', 'ended', hours(10)],
    ['ended', 'active', hours(10)],
  ])
})

it('tells a status of billing once, as of when billing says', async () => {
  clock.set(hours(0))
  const { id } = await draft(flatLine())
  for (const [to, hour] of [
    ['current', 1],
    ['due', 2],
    ['due', 3],
    ['none', 4],
  ] as const)
    await rememberBillingStatus(ctx, id, to, hours(hour))
  expect(await transitionsOf(id, 'billing_status')).toEqual([
    ['none', 'current', hours(1)],
    ['current', 'due', hours(2)],
    ['due', 'none', hours(4)],
  ])
})

it('tells of an end that was announced as of its date, and of an activation that was moved ahead as of now', async () => {
  clock.set(hours(0))
  const { id } = await draft(flatLine())
  const { edit } = await activateContract(ctx, id, { billing_anchor: null })
  if (edit === null) throw new Error('nothing was recorded')
  clock.set(hours(2))
  await correctEdit(ctx, id, { edit_id: edit.id, replacement: null, effective_at: hours(4) })
  clock.set(hours(6))
  await beginEdits(ctx, id)
  await terminateContract(ctx, id, { when: 'at', at: hours(8), cause: 'x' })
  clock.set(hours(10))
  await beginEdits(ctx, id)
  expect(await transitionsOf(id, 'lifecycle')).toEqual([
    ['draft', 'active', hours(0)],
    ['active', 'draft', hours(2)],
    ['draft', 'active', hours(4)],
    ['active', 'ended', hours(8)],
  ])
})

it('shows the transitions of a window, its first moment with it and its last without', async () => {
  clock.set(hours(0))
  const { id } = await draft(flatLine())
  for (const [to, hour] of [
    ['current', 1],
    ['due', 2],
    ['current', 3],
  ] as const)
    await rememberBillingStatus(ctx, id, to, hours(hour))
  const asked = { knownAt: clock.now(), from: hours(1), to: hours(3), limit: 500 }
  const { transitions } = await readTimeline(ctx, id, asked)
  expect(transitions.map(({ at }) => at)).toEqual([hours(1), hours(2)])
})

it('decides on two statuses of billing that come at once one after the other', async () => {
  clock.set(hours(0))
  const { id } = await draft(flatLine())
  await rememberBillingStatus(ctx, id, 'past_due', hours(1))
  await Promise.all([1, 2, 3, 4].map((hour) => rememberBillingStatus(ctx, id, 'settled', hours(1 + hour))))
  expect(await transitionsOf(id, 'billing_status')).toHaveLength(2)
})
