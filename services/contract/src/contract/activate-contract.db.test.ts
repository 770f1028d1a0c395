import { emitted, expectRejection } from '@draupnir/testing'
import { ContractActivated } from '@draupnir/wire'
import { beforeAll, expect, it } from 'vitest'
import { contractService } from '../service.fixture.ts'
import { activateContract } from './activate-contract.ts'
import { flatLine, hours } from './contract.fixture.ts'

const service = await contractService()
const { ctx, db, draft, edits } = service
beforeAll(service.onboard)

it('puts a contract in force and tells of it', async () => {
  const { id } = await draft(flatLine())
  const { state } = await activateContract(ctx, id, { billing_anchor: hours(-9) })
  expect(state).toMatchObject({ lifecycle: 'active', billing_anchor: hours(-9), version: 3 })
  expect(await emitted(db, ContractActivated)).toMatchObject([
    { aggregateId: id, aggregateSeq: 3, data: { contract: state } },
  ])
})

it('refuses a contract without lines and records nothing', async () => {
  const { id } = await draft()
  await expectRejection(activateContract(ctx, id, { billing_anchor: null }), 'contract.no-lines')
  expect(await edits(id)).toHaveLength(1)
})

it('stays quiet the second time', async () => {
  const { id } = await draft(flatLine())
  const { state: first } = await activateContract(ctx, id, { billing_anchor: null })
  const before = await emitted(db)
  expect((await activateContract(ctx, id, { billing_anchor: null })).state).toEqual(first)
  expect(await emitted(db)).toEqual(before)
})
