import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '../testing/harness.ts'
import { flat, meteredFeature, plan, subscribe, usage } from '../testing/plan.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const fee = (amount = '10', more: object = {}) => flat('fee', amount, 'in_arrears', more)
const phase = (key: string, duration: string | null, ...rateCards: ReturnType<typeof fee>[]) => ({
  key,
  name: key,
  duration,
  rateCards,
})
const begin = async (key: string, customPlan: ReturnType<typeof plan>, more: object = {}) => {
  await h.om.customers.create({ key, name: key, currency: 'USD' })
  const made = await h.om.subscriptions.create({ customerKey: key, customPlan, ...more } as never)
  return made?.id ?? ''
}
const edit = (id: string, customizations: object[], timing = 'immediate') =>
  h.om.subscriptions.edit(id, { timing, customizations } as never)
const add = (rateCard: object, phaseKey = 'main') => ({ op: 'add_item', phaseKey, rateCard })
const remove = (itemKey: string, phaseKey = 'main') => ({ op: 'remove_item', phaseKey, itemKey })
const gathering = async (key: string) => {
  const customer = await h.om.customers.get(key)
  const filter = { customers: [customer?.id ?? ''], statuses: ['gathering' as const], expand: ['lines' as const] }
  return (await h.om.billing.invoices.list(filter))?.items[0]?.lines ?? []
}
const day = (date: Date | undefined) => date?.toISOString().slice(0, 10)

test.each(['P1W', 'P2W', 'P4W', 'P1M', 'P3M', 'P6M', 'P12M', 'P1Y'])('a plan is billed every %s', async (cadence) => {
  const id = await begin(
    `every_${cadence}`,
    plan([fee('10', { billingCadence: cadence })], { billingCadence: cadence }),
  )
  expect((await h.om.subscriptions.get(id))?.billingCadence).toBe(cadence)
})

test.each([
  ['a cadence that is no multiple of the plan’s', 'P1W', /not aligned/],
  ['less than an hour', 'PT30M', /at least 1 hour/],
])('a rate card with %s is refused', async (name, billingCadence, detail) => {
  await expect(begin(name, plan([fee('10', { billingCadence })]))).rejects.toThrow(detail)
})

test('only the last phase has no duration, and every other has one', async () => {
  const phases = [phase('first', null, fee()), phase('second', null, fee())]
  await expect(begin('endless', plan([], { phases }))).rejects.toThrow(/duration unless it is the last/)
})

test('a free placeholder is an item and no line', async () => {
  await begin('placeholder', plan([fee('10', { price: null }), flat('paid', '5', 'in_arrears')]))
  expect((await gathering('placeholder')).map(({ name }) => name)).toEqual(['paid'])
})

test('a rate card billed more often than its plan makes a line for each time, invoiced at the end of the period', async () => {
  await meteredFeature(h.om, 'daily')
  const cards = [usage('daily', { type: 'unit', amount: '1' }, { billingCadence: 'P1D' })]
  await begin('often', plan(cards, { billingCadence: 'P1W' }))
  const lines = await gathering('often')
  expect(lines).toHaveLength(7)
  expect(new Set(lines.map(({ invoiceAt }) => day(invoiceAt)))).toEqual(new Set(['2026-10-08']))
})

test('of a phase that runs the item in force is shown, of one to come its first version, of one gone its last', async () => {
  const phases = [phase('first', 'P1M', fee('1')), phase('second', null, fee('3'))]
  const id = await begin('phased', plan([], { phases }))
  await h.at('2026-10-02T00:00:00Z')
  await edit(id, [add(fee('2'), 'first')])
  const shown = async () =>
    (await h.om.subscriptions.get(id))?.phases.map(({ items }) =>
      items.map(({ price }) => price && 'amount' in price && price.amount),
    )
  expect(await shown()).toEqual([['2'], ['3']])
  await h.at('2026-11-02T00:00:00Z')
  expect(await shown()).toEqual([['2'], ['3']])
  await expect(edit(id, [add(fee('4'), 'first')])).rejects.toMatchObject({ status: 403 })
})

test('in a phase to come an item is added once, and taken out whole', async () => {
  const phases = [phase('first', 'P6M', fee('1')), phase('second', null, fee('3'))]
  const id = await begin('ahead', plan([], { phases }))
  await expect(edit(id, [add(fee('4'), 'second')])).rejects.toMatchObject({ status: 409 })
  await edit(id, [remove('fee', 'second'), add(fee('4'), 'second')])
  const second = (await h.om.subscriptions.get(id))?.phases[1]
  expect(second?.itemTimelines.fee?.map(({ price }) => price && 'amount' in price && price.amount)).toEqual(['4'])
})

test('an edit for a next cycle that is in another phase is refused', async () => {
  const phases = [phase('first', 'P1M', fee('1')), phase('second', null, fee('3'))]
  const id = await begin('crossing', plan([], { phases }))
  await expect(edit(id, [add(fee('2'), 'first')], 'next_billing_cycle')).rejects.toMatchObject({ status: 400 })
})

test('an item whose end is scheduled is removed before it is added again', async () => {
  const id = await begin('again', plan([fee(), flat('other', '1', 'in_arrears')]))
  await edit(id, [remove('fee')], 'next_billing_cycle')
  await expect(edit(id, [add(fee('20'))])).rejects.toMatchObject({ status: 403 })
  await edit(id, [remove('fee'), add(fee('20'))])
  expect((await h.om.subscriptions.get(id))?.phases[0]?.itemTimelines.fee).toHaveLength(2)
})

test('ids of items do not last: what an edit changes is another row', async () => {
  const id = await begin('unstable', plan([fee(), flat('other', '1', 'in_arrears'), flat('third', '1', 'in_arrears')]))
  const ids = async () => {
    const timelines = (await h.om.subscriptions.get(id))?.phases[0]?.itemTimelines ?? {}
    return ['fee', 'other', 'third'].map((key) => timelines[key]?.[0]?.id)
  }
  const before = await ids()
  await h.at('2026-11-03T00:00:00Z')
  await edit(id, [add(fee('20')), remove('other')])
  const after = await ids()
  expect([after[0] === before[0], after[1] === before[1], after[2] === before[2]]).toEqual([false, false, true])
})

test('there is no next cycle to begin a subscription with', async () => {
  await expect(begin('later', plan([fee()]), { timing: 'next_billing_cycle' })).rejects.toMatchObject({ status: 400 })
})

test('a scheduled end makes all lines up to it at once, and undoing it takes them back', async () => {
  const id = await subscribe(h.om, 'counted', [flat('fee', '10', 'in_arrears', { billingCadence: 'P1W' })], {
    customPlan: plan([flat('fee', '10', 'in_arrears', { billingCadence: 'P1W' })], { billingCadence: 'P1W' }),
  })
  expect(await gathering('counted')).toHaveLength(1)
  await h.om.subscriptions.cancel(id, { timing: new Date('2026-11-24T00:00:00Z') })
  expect(await gathering('counted')).toHaveLength(3)
  await h.om.subscriptions.unscheduleCancelation(id)
  expect(await gathering('counted')).toHaveLength(1)
})

test('a change keeps the anchor, and each of the two names the other', async () => {
  const billingAnchor = new Date('2026-10-15T00:00:00Z')
  const id = await begin('changed', plan([fee()]), { billingAnchor })
  const changed = await h.om.subscriptions.change(id, { timing: 'immediate', customPlan: plan([fee('30')]) })
  expect(changed?.next.billingAnchor).toEqual(billingAnchor)
  const [current, next] = [await h.om.subscriptions.get(id), await h.om.subscriptions.get(changed?.next.id ?? '')]
  expect([Object.values(current?.annotations ?? {}), Object.values(next?.annotations ?? {})]).toEqual([
    [next?.id],
    [id],
  ])
})

test('a subscription takes its name and metadata from its plan', async () => {
  const id = await begin('named', plan([fee()], { name: 'Contract 42', metadata: { contract_id: '42' } }))
  expect(await h.om.subscriptions.get(id)).toMatchObject({ name: 'Contract 42', metadata: { contract_id: '42' } })
  expect(await h.om.subscriptions.get(id)).not.toHaveProperty('plan')
})
