import { emitted, expectRejection, nextId, testContext } from '@draupnir/testing'
import { ContractCreated } from '@draupnir/wire'
import { beforeAll, expect, it } from 'vitest'
import { contractService } from '../service.fixture.ts'
import { T0, terms } from './contract.fixture.ts'
import { createContract } from './create-contract.ts'

const service = await contractService()
const { ctx, db, edits } = service
beforeAll(service.onboard)

it('writes the edit and the head, and tells of it in the same transaction', async () => {
  const { state } = await createContract(ctx, terms)
  expect(await edits(state.id)).toMatchObject([{ operation: 'create', seq: 1, recorded_at: T0 }])
  const [event] = await emitted(db, ContractCreated)
  expect(event).toMatchObject({ aggregateId: state.id, aggregateSeq: 1, data: { contract: state } })
  expect(event?.data.edit).toMatchObject({ operation: 'create', actor: 'key_test', effective_at: T0 })
})

it('leaves nothing behind when the transaction fails', async () => {
  const counts = () => db.sql`select (select count(*) from contracts)::int as heads,
    (select count(*) from contract_edits)::int as edits, (select count(*) from outbox)::int as events`
  const before = await counts()
  const failed = ctx.db.transaction(async (tx) => {
    await createContract({ ...ctx, db: tx }, terms)
    throw new Error('later')
  })
  await expect(failed).rejects.toThrow('later')
  expect(await counts()).toEqual(before)
})

it('refuses a buyer that another tenant onboarded', async () => {
  const other = testContext(db, { tenant: nextId('tenant') })
  await expectRejection(createContract(other, terms), 'contract.buyer-not-onboarded')
})

it('keeps the log out of reach: no update, no delete, no truncate', async () => {
  await expect(db.sql`update contract_edits set actor = 'x'`).rejects.toThrow(/permission denied/)
  await expect(db.sql`delete from contract_edits`).rejects.toThrow(/permission denied/)
  await expect(db.sql`truncate contract_edits`).rejects.toThrow(/permission denied/)
})
