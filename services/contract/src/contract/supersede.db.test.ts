import type { Id } from '@draupnir/ids'
import { expectRejection, nextId } from '@draupnir/testing'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { contractService } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { changeQuantity } from './change-quantity.ts'
import { flatLine, hours, T0, terms } from './contract.fixture.ts'
import { selectEdits } from './contract.store.ts'
import { correctEdit } from './correct-edit.ts'
import type { Effect } from './operation.ts'
import { readContract } from './read-contract.ts'
import { listEdits } from './read-history.ts'
import { voidEdit } from './void-edit.ts'

const service = await contractService()
const { ctx, db, clock, active } = service
beforeAll(service.onboard)
beforeEach(() => clock.set(T0))

/** A contract in force whose quantity was changed to 2 in hour 5, looked at in hour 10. */
async function changed() {
  const { id, lines } = await active(flatLine())
  const line_id = lines[0]?.id
  if (line_id === undefined) throw new Error('no line')
  clock.set(hours(5))
  const { edit } = await changeQuantity(ctx, id, { line_id, quantity: '2' })
  clock.set(hours(10))
  const [created, added] = await selectEdits(ctx, id, 0, 2)
  if (edit === null || created === undefined || added === undefined) throw new Error('nothing was recorded')
  const to = (quantity: string) => ({ operation: 'change_quantity', payload: { line_id, quantity } }) as const
  return { id, line_id, edit_id: edit.id, created, added, to }
}

const quantityOf = async (id: Id<'contract'>, asOf = clock.now()) =>
  (await readContract(ctx, id, { asOf })).lines[0]?.quantity

it('keeps every edit in the log, and says by which it was superseded', async () => {
  const { id, edit_id, to } = await changed()
  const before = await selectEdits(ctx, id, 0, 10)
  const { edit: correction } = await correctEdit(ctx, id, { edit_id, replacement: to('3') })
  const { edit: undone } = await voidEdit(ctx, id, { edit_id: correction?.id ?? edit_id, cause: 'it was right' })
  expect([await quantityOf(id), await quantityOf(id, hours(4))]).toEqual(['2', '1'])
  const log = await listEdits(ctx, id, 0, 10)
  expect(log.slice(0, 4).map(({ superseded_by: _, ...edit }) => edit)).toEqual(before)
  expect(log.map(({ superseded_by }) => superseded_by)).toEqual([null, null, null, correction?.id, undone?.id, null])
  // A void holds from the moment of what it takes away, and so does a correction.
  expect(log.slice(4)).toMatchObject([
    { operation: 'correct', effective_at: hours(5), supersedes: edit_id },
    { operation: 'void', effective_at: hours(5), supersedes: correction?.id, cause: 'it was right' },
  ])
  expect((await verify({ db })).flatMap(({ findings }) => findings)).toEqual([])
})

it('takes an edit away, and lets what came before it hold', async () => {
  const { id, edit_id } = await changed()
  await voidEdit(ctx, id, { edit_id })
  expect([await quantityOf(id), await quantityOf(id, hours(6))]).toEqual(['1', '1'])
  await expectRejection(voidEdit(ctx, id, { edit_id }), 'contract.edit-not-standing', { edit_id })
})

it('refuses what is not there, not standing, no effect, or the beginning', async () => {
  const { id, edit_id, created, to } = await changed()
  const { edit_id: another } = await changed()
  for (const unknown of [nextId('contractEdit'), another]) {
    await expectRejection(voidEdit(ctx, id, { edit_id: unknown }), 'contract.edit-unknown', { edit_id: unknown })
    const correct = correctEdit(ctx, id, { edit_id: unknown, replacement: null })
    await expectRejection(correct, 'contract.edit-unknown', { edit_id: unknown })
  }
  await expectRejection(voidEdit(ctx, id, { edit_id: created.id }), 'contract.create-not-voidable')
  const { edit: undone } = await voidEdit(ctx, id, { edit_id })
  const gone = undone?.id ?? edit_id
  await expectRejection(voidEdit(ctx, id, { edit_id: gone }), 'contract.edit-not-standing', { edit_id: gone })
  const again = correctEdit(ctx, id, { edit_id: gone, replacement: to('3') })
  await expectRejection(again, 'contract.edit-not-standing', { edit_id: gone })
  await expectRejection(correctEdit(ctx, id, { edit_id, replacement: to('3') }), 'contract.edit-not-standing')
})

it('corrects an edit by one of its own operation, or moves it as it is', async () => {
  const { id, edit_id, to } = await changed()
  const other: Effect = { operation: 'set_terms', payload: { net_days: 5 } }
  await expectRejection(correctEdit(ctx, id, { edit_id, replacement: other }), 'contract.correction-differs', {
    operation: 'change_quantity',
    replacement: 'set_terms',
  })
  const { edit: moved } = await correctEdit(ctx, id, { edit_id, replacement: null, effective_at: hours(7) })
  expect([await quantityOf(id, hours(6)), await quantityOf(id, hours(7))]).toEqual(['1', '2'])
  await correctEdit(ctx, id, { edit_id: moved?.id ?? edit_id, replacement: to('4') })
  expect([await quantityOf(id, hours(6)), await quantityOf(id, hours(7))]).toEqual(['1', '4'])
  expect((await verify({ db })).flatMap(({ findings }) => findings)).toEqual([])
})

it('leaves contract and line the ids they have, whatever a correction says', async () => {
  const { id, line_id, created, added } = await changed()
  const create: Effect = { operation: 'create', payload: { ...terms, id: nextId('contract'), net_days: 7 } }
  const { edit, state } = await correctEdit(ctx, id, { edit_id: created.id, replacement: create })
  expect(state).toMatchObject({ id, net_days: 7, lines: [{ id: line_id }] })
  // What a contract began as comes back when its correction is taken away.
  expect((await voidEdit(ctx, id, { edit_id: edit?.id ?? created.id })).state).toMatchObject({ id, net_days: 30 })
  if (added.operation !== 'add_line') throw new Error('a line was added')
  const { line } = added.payload
  const replacement: Effect = {
    operation: 'add_line',
    payload: { line: { ...line, id: nextId('contractLine'), sku: 'new' } },
  }
  const corrected = await correctEdit(ctx, id, { edit_id: added.id, replacement })
  expect(corrected.state.lines).toMatchObject([{ id: line_id, sku: 'new', quantity: '2' }])
})
