import { emitted, expectRejection, nextId, testContext } from '@draupnir/testing'
import { ContractLineAdded } from '@draupnir/wire'
import { beforeAll, expect, it } from 'vitest'
import { contractService } from '../service.fixture.ts'
import { addLine } from './add-line.ts'
import { flatLine, hours, usageLine } from './contract.fixture.ts'
import { terminateContract } from './terminate-contract.ts'

const service = await contractService()
const { ctx, db, draft, active, edits, newDevice, clock } = service
beforeAll(service.onboard)

it('appends the line to the log and tells of it with the whole contract', async () => {
  const { id } = await draft()
  const { state } = await addLine(ctx, id, flatLine())
  expect((await edits(id)).map(({ operation }) => operation)).toEqual(['create', 'add_line'])
  const events = await emitted(db, ContractLineAdded)
  expect(events.at(-1)).toMatchObject({ aggregateId: id, aggregateSeq: 2 })
  expect(events.at(-1)?.data).toMatchObject({ contract: state, line: state.lines[0] })
})

it('refuses a line on a contract of another tenant as not found', async () => {
  const { id } = await draft()
  const other = testContext(db, { tenant: nextId('tenant') })
  await expectRejection(addLine(other, id, flatLine()), 'request.not-found', { contract_id: id })
})

it('leaves nothing behind when it refuses', async () => {
  const { id } = await draft()
  await expectRejection(addLine(ctx, id, flatLine({ quantity: '0' })), 'contract.quantity-not-positive')
  expect(await edits(id)).toHaveLength(1)
})

it('holds a device from a draft on, until the contract has ended', async () => {
  const deviceId = await newDevice()
  const line = usageLine({ device_ids: [deviceId] })
  const first = await active(line)
  const second = await draft()
  await expectRejection(addLine(ctx, second.id, line), 'contract.device-assigned', { contract_id: first.id })
  await terminateContract(ctx, first.id, { when: 'at', at: hours(5), cause: 'done' })
  await expectRejection(addLine(ctx, second.id, line), 'contract.device-assigned')
  clock.set(hours(5))
  expect((await addLine(ctx, second.id, line)).state.lines).toHaveLength(1)
})

it('gives a device that two contracts want at once to one of them', async () => {
  const line = usageLine({ device_ids: [await newDevice()] })
  const rivals = await Promise.all(Array.from({ length: 5 }, () => draft()))
  const results = await Promise.allSettled(rivals.map(({ id }) => addLine(ctx, id, line)))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  expect(refusals.map(({ code }) => code)).toEqual(Array(4).fill('contract.device-assigned'))
})

it('takes lines added at the same time one after another', async () => {
  const { id } = await draft()
  await Promise.all(Array.from({ length: 5 }, () => addLine(ctx, id, flatLine())))
  expect((await edits(id)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6])
})
