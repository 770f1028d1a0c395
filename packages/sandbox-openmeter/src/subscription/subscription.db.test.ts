import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '../testing/harness.ts'
import { flat, meteredFeature, plan, subscribe, usage } from '../testing/plan.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const problem = (status: number, detail: RegExp) =>
  expect.objectContaining({ status, message: expect.stringMatching(detail) })

async function refused(work: Promise<unknown>, status: number, detail: RegExp): Promise<void> {
  await expect(work).rejects.toEqual(problem(status, detail))
}

test('one subscription at a time per customer', async () => {
  await subscribe(h.om, 'alone', [flat('fee', '10', 'in_arrears')])
  const again = h.om.subscriptions.create({ customerKey: 'alone', customPlan: plan([flat('fee', '10', 'in_arrears')]) })
  await expect(again).rejects.toSatisfy(
    (error: { status: number; getField: (key: string) => unknown }) =>
      error.status === 409 &&
      JSON.stringify(error.getField('extensions')).includes('only_single_subscription_allowed_per_customer_at_a_time'),
  )
})

test('a start in the past is refused, two minutes are forgiven', async () => {
  const cards = [flat('fee', '10', 'in_arrears')]
  await refused(subscribe(h.om, 'late', cards, { timing: new Date('2026-09-30T23:57:59Z') }), 400, /in the past/)
  const id = await h.om.subscriptions.create({
    customerKey: 'late',
    timing: new Date('2026-09-30T23:58:00Z'),
    customPlan: plan(cards),
  })
  expect(id?.status).toBe('active')
})

test('a negative price is refused', async () => {
  await refused(subscribe(h.om, 'negative', [flat('fee', '-1', 'in_arrears')]), 400, /must not be negative/)
})

test.each([
  ['a cadence OpenMeter does not bill by', { billingCadence: 'P2M' }, /invalid billing cadence/],
  ['a phase without items', { phases: [{ key: 'a', name: 'a', duration: null, rateCards: [] }] }, /no items/],
  [
    'a last phase that ends',
    { phases: [{ key: 'a', name: 'a', duration: 'P1M', rateCards: [flat('f', '1', 'in_arrears')] }] },
    /last plan phase/,
  ],
])('a plan with %s is refused', async (name, more, detail) => {
  await h.om.customers.create({ key: name, name })
  const created = h.om.subscriptions.create({
    customerKey: name,
    customPlan: plan([flat('f', '1', 'in_arrears')], more),
  })
  await refused(created, 400, detail)
})

test('usage prices need a live, metered feature of the same key', async () => {
  const unit = { type: 'unit', amount: '1' }
  await h.om.features.create({ key: 'flagged', name: 'no meter' })
  await refused(subscribe(h.om, 'u1', [usage('nowhere', unit)]), 400, /feature not found/)
  await refused(subscribe(h.om, 'u2', [usage('flagged', unit)]), 400, /no meter/)
  await refused(subscribe(h.om, 'u3', [usage('flagged', unit, { key: 'other' })]), 400, /must match feature key/)
  await refused(subscribe(h.om, 'u4', [usage('x', unit, { featureKey: undefined })]), 400, /no feature/)
  await meteredFeature(h.om, 'archived')
  const feature = await h.om.features.get('archived')
  await h.om.features.delete(feature?.id ?? '')
  await refused(subscribe(h.om, 'u5', [usage('archived', unit)]), 400, /archived/)
})

test('a price change is one added version, and the history stays', async () => {
  const id = await subscribe(h.om, 'repriced', [flat('fee', '10.50', 'in_arrears')])
  h.clock.set('2026-10-02T00:00:00.000Z' as Awaited<ReturnType<typeof h.clock.read>>)
  const edited = await h.om.subscriptions.edit(id, {
    timing: 'immediate',
    customizations: [{ op: 'add_item', phaseKey: 'main', rateCard: flat('fee', '20', 'in_arrears') }],
  })
  expect(edited).not.toHaveProperty('phases')
  const phase = (await h.om.subscriptions.get(id))?.phases[0]
  expect(phase?.items.map(({ price }) => price)).toEqual([{ type: 'flat', amount: '20', paymentTerm: 'in_arrears' }])
  const timeline = phase?.itemTimelines.fee?.map(({ price, activeFrom, activeTo }) => [price, activeFrom, activeTo])
  expect(timeline).toEqual([
    [
      { type: 'flat', amount: '10.5', paymentTerm: 'in_arrears' },
      new Date('2026-10-01T00:00:00Z'),
      new Date('2026-10-02T00:00:00Z'),
    ],
    [{ type: 'flat', amount: '20', paymentTerm: 'in_arrears' }, new Date('2026-10-02T00:00:00Z'), undefined],
  ])
})

test('an edit for the next cycle is scheduled and blocks another until it is undone', async () => {
  const id = await subscribe(h.om, 'scheduled-edit', [flat('fee', '10', 'in_arrears')], {
    billingAnchor: new Date('2026-10-01T00:00:00Z'),
  })
  const change = (timing: 'immediate' | 'next_billing_cycle') =>
    h.om.subscriptions.edit(id, {
      timing,
      customizations: [{ op: 'add_item', phaseKey: 'main', rateCard: flat('fee', '20', 'in_arrears') }],
    })
  await change('next_billing_cycle')
  const timeline = (await h.om.subscriptions.get(id))?.phases[0]?.itemTimelines.fee
  expect(timeline?.map(({ activeFrom }) => activeFrom.toISOString())).toEqual([
    '2026-10-02T00:00:00.000Z',
    '2026-11-01T00:00:00.000Z',
  ])
  await refused(change('immediate'), 403, /overlap/)
  await h.om.subscriptions.edit(id, { timing: 'immediate', customizations: [{ op: 'unschedule_edit' }] })
  await change('immediate')
})

test('unknown items and phases, and a moment of one’s own, are refused in an edit', async () => {
  const id = await subscribe(h.om, 'edits', [flat('fee', '10', 'in_arrears')])
  const remove = (phaseKey: string, itemKey: string) =>
    h.om.subscriptions.edit(id, { timing: 'immediate', customizations: [{ op: 'remove_item', phaseKey, itemKey }] })
  await refused(remove('main', 'nothing'), 400, /not found/)
  await refused(remove('nowhere', 'fee'), 400, /not found/)
  const timing = new Date('2026-10-05T00:00:00Z') as unknown as 'immediate'
  await refused(
    h.om.subscriptions.edit(id, { timing, customizations: [{ op: 'unschedule_edit' }] }),
    400,
    /custom timing/,
  )
})

test('an edit is all or nothing', async () => {
  const id = await subscribe(h.om, 'atomic', [flat('fee', '10', 'in_arrears')])
  const edit = h.om.subscriptions.edit(id, {
    timing: 'immediate',
    customizations: [
      { op: 'add_item', phaseKey: 'main', rateCard: flat('other', '20', 'in_arrears') },
      { op: 'remove_item', phaseKey: 'main', itemKey: 'nothing' },
    ],
  })
  await refused(edit, 400, /not found/)
  expect((await h.om.subscriptions.get(id))?.phases[0]?.items.map(({ key }) => key)).toEqual(['fee'])
})

test('suspend removes every item, resume adds them: new versions', async () => {
  const id = await subscribe(h.om, 'paused', [flat('fee', '10', 'in_arrears')])
  await h.om.subscriptions.edit(id, {
    timing: 'immediate',
    customizations: [{ op: 'remove_item', phaseKey: 'main', itemKey: 'fee' }],
  })
  expect((await h.om.subscriptions.get(id))?.phases[0]?.items).toEqual([])
  await h.om.subscriptions.edit(id, {
    timing: 'immediate',
    customizations: [{ op: 'add_item', phaseKey: 'main', rateCard: flat('fee', '10', 'in_arrears') }],
  })
  expect((await h.om.subscriptions.get(id))?.phases[0]?.itemTimelines.fee).toHaveLength(2)
})

test('cancel on a boundary, undo, and what each state allows', async () => {
  const id = await subscribe(h.om, 'ending', [flat('fee', '10', 'in_arrears')], {
    billingAnchor: new Date('2026-10-01T00:00:00Z'),
  })
  await refused(h.om.subscriptions.cancel(id, { timing: new Date('2026-10-15T00:00:00Z') }), 400, /misaligned/)
  const canceled = await h.om.subscriptions.cancel(id, { timing: 'next_billing_cycle' })
  expect(canceled).toMatchObject({ status: 'canceled', activeTo: new Date('2026-11-01T00:00:00Z') })
  await refused(h.om.subscriptions.cancel(id, { timing: 'immediate' }), 403, /cancel in state canceled not allowed/)
  const edit = { timing: 'immediate' as const, customizations: [{ op: 'unschedule_edit' as const }] }
  await refused(h.om.subscriptions.edit(id, edit), 403, /edit in state canceled not allowed/)
  expect((await h.om.subscriptions.unscheduleCancelation(id))?.status).toBe('active')
  expect((await h.om.subscriptions.cancel(id, { timing: 'immediate' }))?.status).toBe('inactive')
  await refused(h.om.subscriptions.unscheduleCancelation(id), 403, /in state inactive not allowed/)
})

test('a scheduled subscription can only be deleted', async () => {
  const id = await subscribe(h.om, 'future', [flat('fee', '10', 'in_arrears')], {
    timing: new Date('2026-12-01T00:00:00Z'),
  })
  expect((await h.om.subscriptions.get(id))?.status).toBe('scheduled')
  await refused(h.om.subscriptions.cancel(id, { timing: 'immediate' }), 403, /cancel in state scheduled not allowed/)
  await h.om.subscriptions.delete(id)
  const running = await subscribe(h.om, 'running', [flat('fee', '10', 'in_arrears')])
  await refused(h.om.subscriptions.delete(running), 403, /delete in state active not allowed/)
})

test('change ends the one and starts the next at the same moment', async () => {
  const id = await subscribe(h.om, 'upgraded', [flat('fee', '10', 'in_arrears')])
  const changed = await h.om.subscriptions.change(id, {
    timing: 'immediate',
    customPlan: plan([flat('fee', '30', 'in_arrears')]),
  })
  expect(changed?.current).toMatchObject({ id, status: 'inactive' })
  expect(changed?.next.id).not.toBe(id)
  expect(changed?.next.activeFrom).toEqual(changed?.current.activeTo)
  expect(changed?.next.phases[0]?.items[0]?.price).toMatchObject({ amount: '30' })
})

test('the customer takes the currency of its first priced subscription and keeps it', async () => {
  await h.om.customers.create({ key: 'euro', name: 'euro' })
  const cards = [flat('fee', '10', 'in_arrears')]
  const first = await h.om.subscriptions.create({ customerKey: 'euro', customPlan: plan(cards, { currency: 'EUR' }) })
  expect((await h.om.customers.get('euro'))?.currency).toBe('EUR')
  await h.om.subscriptions.cancel(first?.id ?? '', { timing: 'immediate' })
  await refused(h.om.subscriptions.create({ customerKey: 'euro', customPlan: plan(cards) }), 400, /currency mismatch/)
})
