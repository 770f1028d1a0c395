import type { Id } from '@draupnir/ids'
import { emitted, expectRejection } from '@draupnir/testing'
import { addMs, DAY_MS, type Instant, instant } from '@draupnir/time'
import { ContractRenewalAnnounced, ContractRenewed } from '@draupnir/wire'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { contractService } from '../service.fixture.ts'
import { timers as definitions } from '../timers.ts'
import { verify } from '../verify/verify.ts'
import { activateContract } from './activate-contract.ts'
import { addLine } from './add-line.ts'
import { changeQuantity } from './change-quantity.ts'
import { flatLine, T0, terms } from './contract.fixture.ts'
import type { CreateContract } from './create-contract.ts'
import { createContract } from './create-contract.ts'
import { readContract } from './read-contract.ts'
import { renewContract } from './renew-contract.ts'
import { setAutoRenew } from './set-auto-renew.ts'
import { suspendContract } from './suspend-contract.ts'
import { terminateContract } from './terminate-contract.ts'
import { voidEdit } from './void-edit.ts'

const service = await contractService()
const { ctx, db, clock, timers } = service
beforeAll(service.onboard)
beforeEach(() => clock.set(T0))

const renewal = (enabled = true, notice = 'P30D', uplift_rate = '0', term = 'P1Y') => ({
  auto_renew: { enabled, term, notice, uplift_rate },
})

/** In force from `from` on for a term. */
async function termed(from: Instant, change: Partial<CreateContract> = {}) {
  clock.set(from)
  const { state } = await createContract(ctx, { ...terms, term: 'P1Y', ...change })
  await addLine(ctx, state.id, flatLine())
  const { edit } = await activateContract(ctx, state.id, { billing_anchor: null })
  if (edit === null) throw new Error('nothing was recorded')
  return { id: state.id, activation: edit.id }
}

const timersOf = async (id: string) =>
  (await timers()).filter(({ key }) => key === id).map(({ kind, due_at }) => [kind, due_at])

/** Lets time pass: three replicas run each timer at its moment, or all of them late. */
async function pass(id: Id<'contract'>, until: Instant, { late = false } = {}): Promise<void> {
  for (;;) {
    const due = (await timers())
      .filter(({ key, due_at }) => key === id && due_at <= until)
      .sort((a, b) => (a.due_at < b.due_at ? -1 : 1))[0]
    if (due === undefined) break
    clock.set(late ? until : due.due_at)
    await db.sql`delete from timers where key = ${id} and kind = ${due.kind}`
    const run = () => definitions.find(({ kind }) => kind === due.kind)?.run(ctx, { contract_id: id })
    await Promise.all([run(), run(), run()])
  }
  clock.set(until)
}

const toldOf = async (id: string, type: string) =>
  (await emitted(db)).filter((event) => event.aggregateId === id && event.type === type)
const announced = async (id: string) =>
  (await toldOf(id, ContractRenewalAnnounced.type)).map(({ data }) => data as Record<string, unknown>)
const unsound = async () => (await verify({ db })).flatMap(({ findings }) => findings)

it.each([
  // A 31st, of which the notice is counted on the calendar: 31 January less a month of February.
  ['2026-01-31T12:00:00Z', 'UTC', 'P1M', 'P1D', ['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31']],
  ['2024-02-29T12:00:00Z', 'UTC', 'P1Y', 'P1M', ['2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29']],
  // Noon in New York, before and after its clocks change, and on the day that Apia has been a day ahead.
  ['2026-02-15T17:00:00Z', 'America/New_York', 'P1M', 'P7D', ['2026-03-15T16', '2026-04-15T16', '2026-05-15T16']],
  ['2026-01-31T11:00:00Z', 'Pacific/Apia', 'P1M', 'P1D', ['2026-02-28T11', '2026-03-31T11', '2026-04-30T11']],
])('renews once at each end of term from %s in %s', async (from, time_zone, term, notice, ends) => {
  const { id } = await termed(instant(from), { term, time_zone })
  await setAutoRenew(ctx, id, renewal(true, notice, '0.1', term))
  const moments = ends.map((end) => instant(end.includes('T') ? `${end}:00:00Z` : `${end}T12:00:00Z`))
  for (const [index, end] of moments.entries()) {
    expect((await readContract(ctx, id)).term_ends_at).toBe(end)
    const [[kind, noticeAt] = []] = await timersOf(id)
    expect([kind, String(noticeAt) < end]).toEqual(['contract.notice', true])
    await pass(id, end)
    expect(await readContract(ctx, id)).toMatchObject({ lifecycle: 'active', term_count: index + 2, ends_at: null })
  }
  expect((await announced(id)).map(({ at, outcome, term: next }) => [at, outcome, next])).toEqual(
    moments.map((end) => [end, 'renews', term]),
  )
  expect(await toldOf(id, ContractRenewed.type)).toHaveLength(2 * moments.length)
  expect((await readContract(ctx, id)).lines[0]?.price.unit_price.amount).toBe(
    ['50000', '55000', '60500', '66550', '73205'][moments.length],
  )
  expect(await unsound()).toEqual([])
})

it.each([
  ['America/New_York', '2026-03-15T16:00:00Z', 'P8D', '2026-03-07T17:00:00.000Z'],
  ['America/New_York', '2026-03-15T16:00:00Z', 'P7D', '2026-03-08T16:00:00.000Z'],
  ['UTC', '2026-03-31T12:00:00Z', 'P1M', '2026-02-28T12:00:00.000Z'],
  ['UTC', '2028-03-30T12:00:00Z', 'P1M', '2028-02-29T12:00:00.000Z'],
])('gives notice on the calendar of %s: of the end at %s, %s before', async (time_zone, end, notice, at) => {
  const from = new Date(end)
  from.setUTCFullYear(from.getUTCFullYear() - 1)
  const { id } = await termed(instant(from.toISOString()), { time_zone })
  await setAutoRenew(ctx, id, renewal(true, notice))
  expect(await timersOf(id)).toEqual([['contract.notice', at]])
})

const BOUNDARY = instant('2027-01-15T09:00:00Z')
const NOTICE = instant('2026-12-16T09:00:00Z')

it('can be switched until the notice date, that moment included, and not after it', async () => {
  const { id } = await termed(T0)
  await setAutoRenew(ctx, id, renewal())
  clock.set(NOTICE)
  await setAutoRenew(ctx, id, renewal(false))
  await setAutoRenew(ctx, id, renewal())
  await setAutoRenew(ctx, id, renewal(false))
  clock.set(addMs(NOTICE, 1))
  await expectRejection(setAutoRenew(ctx, id, renewal()), 'contract.notice-date-passed', { notice_at: NOTICE })
  // Nor by moving the notice date, into the past or out of it.
  await expectRejection(setAutoRenew(ctx, id, renewal(true, 'P1D')), 'contract.notice-date-passed')
  await pass(id, BOUNDARY)
  expect((await readContract(ctx, id)).lifecycle).toBe('ended')
  expect(await announced(id)).toMatchObject([{ outcome: 'expires', at: BOUNDARY, term: null, uplift_rate: '0' }])
})

it('refuses a notice that would have had to be given before now, or before there were years', async () => {
  const { id } = await termed(T0)
  await expectRejection(setAutoRenew(ctx, id, renewal(true, 'P1Y1D')), 'contract.notice-date-passed')
  await expectRejection(setAutoRenew(ctx, id, renewal(true, 'P999Y')), 'contract.notice-date-passed')
  await setAutoRenew(ctx, id, renewal(true, 'P1Y'))
  expect(await timersOf(id)).toEqual([['contract.notice', T0]])
})

it('lets what was meant for the end of an expiring term, and for later, give way', async () => {
  const { id } = await termed(T0)
  await setAutoRenew(ctx, id, renewal(false))
  const { lines } = await readContract(ctx, id)
  const line_id = lines[0]?.id
  if (line_id === undefined) throw new Error('no line')
  for (const [quantity, effective_at] of [
    ['2', addMs(BOUNDARY, -1)],
    ['3', BOUNDARY],
    ['4', addMs(BOUNDARY, DAY_MS)],
  ] as const)
    await changeQuantity(ctx, id, { line_id, quantity, effective_at })
  // What stands on what: only the last first can be taken away.
  const later = await addLine(ctx, id, { ...flatLine(), effective_at: addMs(BOUNDARY, DAY_MS) })
  const added = later.edit?.operation === 'add_line' ? later.edit.payload.line.id : line_id
  await changeQuantity(ctx, id, { line_id: added, quantity: '5', effective_at: addMs(BOUNDARY, 2 * DAY_MS) })
  await pass(id, addMs(BOUNDARY, 3 * DAY_MS))
  expect(await readContract(ctx, id)).toMatchObject({
    lifecycle: 'ended',
    ends_at: BOUNDARY,
    lines: [{ quantity: '2' }],
  })
  expect(await timersOf(id)).toEqual([])
  expect(await unsound()).toEqual([])
})

it('renews a contract that is suspended, and asks nothing of one that ends with its term or before', async () => {
  const { id: rests } = await termed(T0)
  await setAutoRenew(ctx, rests, renewal())
  await suspendContract(ctx, rests, {})
  await pass(rests, BOUNDARY)
  expect(await readContract(ctx, rests)).toMatchObject({ lifecycle: 'suspended', term_count: 2 })
  for (const at of [BOUNDARY, addMs(BOUNDARY, -1)]) {
    const { id } = await termed(T0)
    await setAutoRenew(ctx, id, renewal())
    await terminateContract(ctx, id, { when: 'at', at, cause: 'x' })
    expect(await timersOf(id)).toEqual([['contract.begin', at]])
    await pass(id, addMs(BOUNDARY, DAY_MS))
    expect(await readContract(ctx, id)).toMatchObject({ lifecycle: 'ended', ends_at: at, term_count: 1 })
    expect(await announced(id)).toEqual([])
  }
})

it('asks for no decision any more when the activation is taken back', async () => {
  const { id, activation } = await termed(T0)
  expect(await timersOf(id)).toEqual([['contract.notice', BOUNDARY]])
  await voidEdit(ctx, id, { edit_id: activation })
  expect(await timersOf(id)).toEqual([])
})

it('decides of each term as it would have in time, however late the timers', async () => {
  const march = instant('2027-03-01T00:00:00Z')
  const { id } = await termed(T0)
  await terminateContract(ctx, id, { when: 'at', at: march, cause: 'x' })
  await pass(id, instant('2027-04-01T00:00:00Z'), { late: true })
  expect(await readContract(ctx, id)).toMatchObject({ lifecycle: 'ended', ends_at: BOUNDARY })
  expect(await announced(id)).toMatchObject([{ outcome: 'expires', at: BOUNDARY }])
  expect(await unsound()).toEqual([])
})

it.each([
  ['as auto-renew says', renewal(true, 'P30D', '0.03', 'P6M'), {}, '2027-07-15T09:00:00.000Z', '51500'],
  [
    'as it is told',
    renewal(true, 'P30D', '0.03', 'P6M'),
    { term: 'P2Y', uplift_rate: '0.1' },
    '2029-01-15T09:00:00.000Z',
    '55000',
  ],
  ['for a term as long as the running one', null, {}, '2028-01-15T09:00:00.000Z', '50000'],
])('is renewed by hand instead of what was announced, %s', async (_, auto, input, ends, amount) => {
  const { id } = await termed(T0)
  if (auto !== null) await setAutoRenew(ctx, id, auto)
  await pass(id, addMs(BOUNDARY, -1))
  await renewContract(ctx, id, input)
  await pass(id, BOUNDARY)
  const view = await readContract(ctx, id)
  expect(view).toMatchObject({ lifecycle: 'active', term_ends_at: ends })
  expect(view.lines[0]?.price.unit_price.amount).toBe(amount)
  expect(await unsound()).toEqual([])
})

it('leaves to stand what people meant for later when it is renewed by hand', async () => {
  const { id } = await termed(T0)
  const line_id = (await readContract(ctx, id)).lines[0]?.id
  if (line_id === undefined) throw new Error('no line')
  await changeQuantity(ctx, id, { line_id, quantity: '2', effective_at: addMs(BOUNDARY, DAY_MS) })
  await renewContract(ctx, id, {})
  await pass(id, addMs(BOUNDARY, DAY_MS))
  expect(await readContract(ctx, id)).toMatchObject({ term_count: 2, lines: [{ quantity: '2' }] })
})
