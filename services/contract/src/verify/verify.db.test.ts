import { beforeAll, beforeEach, expect, it } from 'vitest'
import { flatLine, hours, T0, usageLine } from '../contract/contract.fixture.ts'
import { beginEdits } from '../contract/load-contract.ts'
import { terminateContract } from '../contract/terminate-contract.ts'
import { contractService } from '../service.fixture.ts'
import { verify } from './verify.ts'

const service = await contractService()
const { ctx, db, owner, draft, active, newDevice, clock } = service
beforeAll(service.onboard)
beforeEach(() => clock.set(T0))

const broken = async () =>
  (await verify({ db })).flatMap(({ name, findings }) => findings.map(({ row }) => `${name}: ${row}`))

/** Breaks something as the owner, looks, and mends it. */
async function afterBreaking(change: string, mend: string): Promise<string[]> {
  await owner.sql.unsafe(change)
  const found = await broken()
  await owner.sql.unsafe(mend)
  return found
}

it('finds nothing wrong after every verb', async () => {
  await draft()
  await draft(flatLine(), flatLine())
  const onDevice = await active(usageLine({ device_ids: [await newDevice()] }), flatLine())
  const ended = await active(usageLine({ device_ids: [await newDevice()] }))
  await terminateContract(ctx, ended.id, { when: 'at', at: hours(2), cause: 'x' })
  await terminateContract(ctx, ended.id, { when: 'at', at: hours(1), cause: 'x' })
  await terminateContract(ctx, onDevice.id, { when: 'period_end', cause: 'x' })
  clock.set(hours(1))
  await beginEdits(ctx, ended.id)
  expect(await broken()).toEqual([])
})

it('names a contract whose state is not the fold of its log', async () => {
  const { id } = await active()
  const set = (netDays: number) =>
    `update contracts set state = jsonb_set(state, '{net_days}', '${netDays}') where id = '${id}'`
  expect(await afterBreaking(set(31), set(30))).toEqual([`contract.state-equals-log: contract ${id}`])
})

it('names a contract whose edits were not told', async () => {
  const { id } = await active()
  const set = (by: string) => `update outbox_sequence set last_seq = last_seq ${by} where aggregate_id = '${id}'`
  expect(await afterBreaking(set('- 1'), set('+ 1'))).toEqual([`contract.edits-told: contract ${id}`])
})

it('names a device that two lines hold', async () => {
  const device = await newDevice()
  const { id } = await active(usageLine({ device_ids: [device] }))
  const insert = `insert into device_assignments select 'lin_x', device_id, tenant_id, contract_id, assigned_from,
    assigned_from + interval '1 hour' from device_assignments where contract_id = '${id}'`
  expect(await afterBreaking(insert, `delete from device_assignments where line_id = 'lin_x'`)).toEqual([
    `contract.device-held-once: device ${device}`,
    `contract.devices-held-as-agreed: assignment lin_x ${device}`,
  ])
})
