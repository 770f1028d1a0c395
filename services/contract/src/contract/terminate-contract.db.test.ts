import { emitted, expectRejection } from '@draupnir/testing'
import { ContractTerminated } from '@draupnir/wire'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { contractService } from '../service.fixture.ts'
import { addLine } from './add-line.ts'
import { flatLine, hours, T0 } from './contract.fixture.ts'
import { beginEdits } from './load-contract.ts'
import { readContract } from './read-contract.ts'
import { terminateContract } from './terminate-contract.ts'

const service = await contractService()
const { ctx, db, active, clock, edits, timers } = service
const cause = 'no longer needed'
beforeAll(service.onboard)
beforeEach(() => clock.set(T0))

const stored = (id: string) => db.sql`select lifecycle, folded_at from contracts where id = ${id}`

it('ends a contract now and tells of it, without a timer', async () => {
  const { id } = await active()
  const { state } = await terminateContract(ctx, id, { when: 'now', cause })
  expect(state).toMatchObject({ lifecycle: 'ended', ends_at: T0 })
  expect((await emitted(db, ContractTerminated)).at(-1)).toMatchObject({
    aggregateId: id,
    data: { cause, contract: state },
  })
  expect((await timers()).filter(({ key }) => key === id)).toEqual([])
})

it('announces a later end at once, and ends the contract on that date', async () => {
  const { id } = await active()
  const { state } = await terminateContract(ctx, id, { when: 'at', at: hours(10), cause })
  expect(state).toMatchObject({ lifecycle: 'active', ends_at: hours(10) })
  expect((await emitted(db, ContractTerminated)).at(-1)).toMatchObject({ data: { edit: { effective_at: hours(10) } } })
  expect(await timers()).toContainEqual({ kind: 'contract.begin', key: id, due_at: hours(10) })

  const events = await emitted(db)
  clock.set(hours(10))
  await beginEdits(ctx, id)
  expect(await stored(id)).toEqual([{ lifecycle: 'ended', folded_at: hours(10) }])
  const told = (await emitted(db)).slice(events.length)
  expect(told.filter(({ type }) => type === ContractTerminated.type)).toMatchObject([
    { aggregateId: id, aggregateSeq: 5, data: { phase: 'effective', contract: { lifecycle: 'ended', version: 5 } } },
  ])
})

it('has ended for every reader and writer at that date, however late the timer', async () => {
  const { id } = await active()
  await terminateContract(ctx, id, { when: 'at', at: hours(10), cause })
  clock.set(hours(10))
  expect((await readContract(ctx, id)).lifecycle).toBe('ended')
  await expectRejection(addLine(ctx, id, flatLine()), 'contract.ended')
  expect(await stored(id)).toMatchObject([{ lifecycle: 'active' }])
})

it('ignores a timer that comes too early', async () => {
  const { id } = await active()
  await terminateContract(ctx, id, { when: 'at', at: hours(10), cause })
  await beginEdits(ctx, id)
  expect(await stored(id)).toMatchObject([{ lifecycle: 'active' }])
})

it('brings an announced end forward: the edits supersede one another', async () => {
  const { id } = await active()
  await terminateContract(ctx, id, { when: 'at', at: hours(10), cause })
  await terminateContract(ctx, id, { when: 'at', at: hours(9), cause })
  await terminateContract(ctx, id, { when: 'now', cause })
  const log = await db.sql<{ id: string; supersedes: string | null }[]>`
    select id, supersedes from contract_edits where contract_id = ${id} and operation = 'terminate' order by seq`
  expect(log.map(({ supersedes }) => supersedes)).toEqual([null, log[0]?.id, log[1]?.id])
})

it('stays quiet when the contract ends then already', async () => {
  const { id } = await active()
  const { state: first } = await terminateContract(ctx, id, { when: 'at', at: hours(10), cause })
  expect((await terminateContract(ctx, id, { when: 'at', at: hours(10), cause })).state).toEqual(first)
  expect(await edits(id)).toHaveLength(4)
})

it('never records an edit before the one it follows, though clocks differ', async () => {
  clock.set(hours(1))
  const { id } = await active()
  clock.set(T0)
  await addLine(ctx, id, flatLine())
  expect((await edits(id)).at(-1)).toMatchObject({ operation: 'add_line', recorded_at: hours(1) })
})
