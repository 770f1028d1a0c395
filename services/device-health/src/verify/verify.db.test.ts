import { beforeAll, expect, it } from 'vitest'
import { followContract } from '../assignment/follow-contract.ts'
import { markSilent } from '../device/mark-silent.ts'
import { recordHeartbeats } from '../heartbeat/record-heartbeats.ts'
import { contractOn, healthService, minutes, standing, T0 } from '../service.fixture.ts'
import { verify } from './verify.ts'

const service = await healthService()
const { ctx, db, owner, newDevice, clock } = service
beforeAll(service.onboard)

const broken = async () =>
  (await verify({ db })).flatMap(({ name, findings }) => findings.map(({ row }) => `${name}: ${row}`))

/** Breaks something as the owner, looks, and mends it. */
async function afterBreaking(change: string, mend: string): Promise<string[]> {
  await owner.sql.unsafe(change)
  const found = await broken()
  await owner.sql.unsafe(mend)
  return found
}

async function served() {
  clock.set(minutes(180))
  const { id } = await newDevice()
  const contract = contractOn([id])
  await followContract(ctx, standing(contract, T0))
  const up = Array.from({ length: 10 }, (_, index) => ({ at: minutes(index * 9), state: 'up' as const }))
  await recordHeartbeats(ctx, id, up)
  return { id, contract, line: contract.lines[0]?.id }
}

it('finds nothing wrong after every verb', async () => {
  const { id, contract } = await served()
  await recordHeartbeats(ctx, id, [{ at: minutes(20), state: 'degraded' }])
  await markSilent(ctx, id)
  await followContract(
    ctx,
    standing({ ...contract, lifecycle: 'ended', ends_at: minutes(30), version: 4 }, minutes(30)),
  )
  await newDevice()
  expect(await broken()).toEqual([])
})

it('names an hour whose usage is not what was heard', async () => {
  const { id, line } = await served()
  const add = (by: number) =>
    `update usage_hours set total_gpu_seconds = total_gpu_seconds + ${by} where device_id = '${id}' and hour = '${T0}'`
  expect(await afterBreaking(add(-1), add(1))).toEqual([
    `device-health.usage-equals-heartbeats: usage_hours ${line} ${id} ${T0}`,
  ])
})

it('names a device that shows another state than it reported', async () => {
  const { id } = await served()
  const set = (state: string) => `update devices set state = '${state}' where id = '${id}'`
  expect(await afterBreaking(set('maintenance'), set('down'))).toEqual([
    `device-health.device-shows-last-heartbeat: device ${id}`,
  ])
})

it('names a device that serves two lines at one time', async () => {
  const { id } = await served()
  const insert = `insert into assignments select 'lin_x', device_id, tenant_id, contract_id, false, serves
    from assignments where device_id = '${id}'`
  const found = await afterBreaking(insert, `delete from assignments where line_id = 'lin_x'`)
  expect(found).toEqual([`device-health.device-serves-once: device ${id}`])
})
