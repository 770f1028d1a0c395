import type { Id } from '@draupnir/ids'
import { expectRejection } from '@draupnir/testing'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { contractService } from '../service.fixture.ts'
import { activateContract } from './activate-contract.ts'
import { addLine } from './add-line.ts'
import { flatLine, hours, T0, terms } from './contract.fixture.ts'
import { selectEdits } from './contract.store.ts'
import { correctEdit } from './correct-edit.ts'
import { beginEdits } from './load-contract.ts'
import type { Effect } from './operation.ts'
import { removeLine } from './remove-line.ts'
import { setTerms } from './set-terms.ts'
import { voidEdit } from './void-edit.ts'

const service = await contractService()
const { ctx, draft, clock } = service
beforeAll(service.onboard)
beforeEach(() => clock.set(T0))

/** Drafted now, in force in ten hours, and looked at in twenty. */
async function inForce() {
  const { id } = await draft(flatLine())
  clock.set(hours(10))
  const { edit, state } = await activateContract(ctx, id, { billing_anchor: null })
  clock.set(hours(20))
  const [created] = await selectEdits(ctx, id, 0, 1)
  if (edit === null || created === undefined) throw new Error('nothing was recorded')
  return { id, activated: edit.id, created: created.id, state }
}

it('refuses another cadence for the time before it was in force, which would hold now', async () => {
  const { id } = await inForce()
  const change = setTerms(ctx, id, { cadence: 'P1Y', effective_at: hours(5) })
  await expectRejection(change, 'contract.terms-fixed', { field: 'cadence', fixed: 'P1M', asked: 'P1Y' })
  await expectRejection(setTerms(ctx, id, { cadence: 'P1Y' }), 'contract.terms-fixed', { field: 'cadence' })
})

it('refuses to correct the cadence it was made with, or the anchor it was activated with', async () => {
  const { id, created, activated, state } = await inForce()
  const create: Effect = { operation: 'create', payload: { id, ...terms, cadence: 'P3M' } }
  const activate: Effect = { operation: 'activate', payload: { billing_anchor: hours(9) } }
  await expectRejection(correctEdit(ctx, id, { edit_id: created, replacement: create }), 'contract.terms-fixed')
  await expectRejection(correctEdit(ctx, id, { edit_id: activated, replacement: activate }), 'contract.terms-fixed', {
    field: 'billing_anchor',
  })
  const earlier = { operation: 'activate', payload: { billing_anchor: hours(10) } } as const
  const moved = correctEdit(ctx, id, { edit_id: activated, replacement: earlier, effective_at: hours(12) })
  expect((await moved).state).toMatchObject({ ...state, activated_at: hours(12), version: 4 })
})

it('stays fixed when the activation is voided: a subscription followed it', async () => {
  const { id, activated } = await inForce()
  await voidEdit(ctx, id, { edit_id: activated })
  await setTerms(ctx, id, { cadence: 'P1Y' })
  await expectRejection(activateContract(ctx, id, { billing_anchor: hours(10) }), 'contract.terms-fixed')
  await setTerms(ctx, id, { cadence: 'P1M' })
  await expectRejection(activateContract(ctx, id, { billing_anchor: null }), 'contract.terms-fixed', {
    field: 'billing_anchor',
  })
  const { state } = await activateContract(ctx, id, { billing_anchor: hours(10) })
  expect(state).toMatchObject({ lifecycle: 'active', cadence: 'P1M', billing_anchor: hours(10) })
})

it('stays fixed in its currency, though every line in it is gone', async () => {
  const { id, activated, state } = await inForce()
  await voidEdit(ctx, id, { edit_id: activated })
  for (const { id: line_id } of state.lines) await removeLine(ctx, id, { line_id })
  await setTerms(ctx, id, { currency: 'EUR' })
  await addLine(ctx, id, flatLine({ price: { type: 'flat_recurring', unit_price: { amount: '1', currency: 'EUR' } } }))
  await expectRejection(activateContract(ctx, id, { billing_anchor: hours(10) }), 'contract.terms-fixed', {
    field: 'currency',
    fixed: 'USD',
    asked: 'EUR',
  })
})

it.each([
  [
    'recorded late',
    async (id: Id<'contract'>) => activateContract(ctx, id, { billing_anchor: null, effective_at: hours(5) }),
  ],
  [
    'announced, and begun by itself',
    async (id: Id<'contract'>) => {
      clock.set(T0)
      const announced = await activateContract(ctx, id, { billing_anchor: null, effective_at: hours(5) })
      clock.set(hours(10))
      await beginEdits(ctx, id)
      return announced
    },
  ],
])('is fixed by an activation that was %s', async (_, activate) => {
  const { id } = await draft(flatLine())
  clock.set(hours(10))
  const { edit } = await activate(id)
  if (edit === null) throw new Error('nothing was recorded')
  await voidEdit(ctx, id, { edit_id: edit.id })
  await expectRejection(activateContract(ctx, id, { billing_anchor: null }), 'contract.terms-fixed', {
    field: 'billing_anchor',
    fixed: hours(5),
  })
  expect((await activateContract(ctx, id, { billing_anchor: hours(5) })).state.lifecycle).toBe('active')
})

it('is free until a contract is in force, though its activation is agreed', async () => {
  const { id } = await draft(flatLine())
  const { edit } = await activateContract(ctx, id, { billing_anchor: null, effective_at: hours(5) })
  await setTerms(ctx, id, { cadence: 'P1Y' })
  if (edit === null) throw new Error('nothing was recorded')
  await voidEdit(ctx, id, { edit_id: edit.id })
  const { state } = await activateContract(ctx, id, { billing_anchor: null })
  expect(state).toMatchObject({ cadence: 'P1Y', billing_anchor: T0 })
  await expectRejection(setTerms(ctx, id, { cadence: 'P1M' }), 'contract.terms-fixed')
})
