import type { Id } from '@draupnir/ids'
import { emitted, expectRejection, nextId } from '@draupnir/testing'
import { addMs, DAY_MS, type Instant, instant } from '@draupnir/time'
import {
  ContractCorrected,
  ContractLineQuantityChanged,
  ContractRenewalAnnounced,
  ContractStatusChanged,
} from '@draupnir/wire'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { contractService } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { activateContract } from './activate-contract.ts'
import { addLine } from './add-line.ts'
import { announceRenewal } from './announce-renewal.ts'
import { changeQuantity } from './change-quantity.ts'
import { flatLine, T0, terms, usageLine } from './contract.fixture.ts'
import { correctEdit } from './correct-edit.ts'
import { createContract } from './create-contract.ts'
import { beginEdits } from './load-contract.ts'
import { readContract } from './read-contract.ts'

import { diffKnowledge } from './read-history.ts'
import { readTimeline } from './read-timeline.ts'

import { resumeContract } from './resume-contract.ts'
import { setAutoRenew } from './set-auto-renew.ts'
import { startTrial } from './start-trial.ts'
import { suspendContract } from './suspend-contract.ts'
import { terminateContract } from './terminate-contract.ts'
import { voidEdit } from './void-edit.ts'

const service = await contractService()
const { ctx, db, draft, clock, edits, timers, newDevice } = service
beforeAll(service.onboard)
beforeEach(() => clock.set(T0))

const days = (count: number): Instant => addMs(T0, count * DAY_MS)
const timersOf = async (id: string) => (await timers()).filter(({ key }) => key === id)
const unsound = async () => (await verify({ db })).flatMap(({ findings }) => findings)
const started = async (quantity = '31') => {
  const { id } = await draft(
    flatLine({ quantity, price: { type: 'flat_recurring', unit_price: { amount: '100', currency: 'USD' } } }),
  )
  const { state } = await activateContract(ctx, id, { billing_anchor: null })
  const [line] = state.lines
  if (line === undefined) throw new Error('no line')
  return { id, line_id: line.id, state }
}
const told = async (id: string, type: { type: string }) =>
  (await emitted(db)).filter((event) => event.aggregateId === id && event.type === type.type)

it('answers what was believed then about another time', async () => {
  const { id, line_id } = await started()
  clock.set(days(40))
  await changeQuantity(ctx, id, { line_id, quantity: '62', effective_at: days(10), cause: 'told late' })
  const quantityAt = async (asOf: Instant, knownAt: Instant) =>
    (await readContract(ctx, id, { asOf, knownAt })).lines[0]?.quantity
  expect(await quantityAt(days(9), days(40))).toBe('31')
  expect(await quantityAt(days(10), days(40))).toBe('62')
  expect(await quantityAt(days(20), days(39))).toBe('31')
  await expectRejection(readContract(ctx, id, { asOf: days(-1) }), 'request.not-found')
  clock.set(days(41))
  await changeQuantity(ctx, id, { line_id, quantity: '7', cause: 'later' })
  const {
    before,
    after,
    edits: log,
  } = await diffKnowledge(ctx, id, { fromKnown: days(39), toKnown: days(40), asOf: days(20) })
  expect([before?.lines[0]?.quantity, after?.lines[0]?.quantity]).toEqual(['31', '62'])
  expect(log.map(({ cause }) => cause)).toEqual(['told late'])
  // What was learned is not about a day before it.
  const earlier = await diffKnowledge(ctx, id, { fromKnown: days(39), toKnown: days(40), asOf: days(9) })
  expect(earlier).toMatchObject({ before: { lines: [] }, after: { lines: [] }, edits: [{ cause: 'told late' }] })
  const unknown = nextId('contract')
  const asked = { fromKnown: days(39), toKnown: days(40), asOf: days(9) }
  await expectRejection(diffKnowledge(ctx, unknown, asked), 'request.not-found')
})

it('says what a price corrected six weeks late changes, for each period', async () => {
  const { id, line_id } = await started()
  clock.set(days(42))
  const { edit } = await changeQuantity(ctx, id, { line_id, quantity: '62', effective_at: days(21) })
  // 15 Jan to 15 Feb has 31 days: 21 at 31.00 and 10 at 62.00 make 21.00 + 20.00, against 31.00. Then 62.00 against 31.00.
  expect(
    (await emitted(db, ContractCorrected)).filter(({ aggregateId }) => aggregateId === id).map(({ data }) => data),
  ).toMatchObject([
    {
      edit: { id: edit?.id },
      period: { from: T0, to: days(31) },
      charged: { amount: '3100' },
      due: { amount: '4100' },
      difference: { amount: '1000' },
    },
    {
      period: { from: days(31), to: days(59) },
      charged: { amount: '3100' },
      due: { amount: '6200' },
      difference: { amount: '3100' },
    },
  ])
  const [event] = await told(id, ContractLineQuantityChanged)
  expect(event?.data).toMatchObject({
    touched_periods: [
      { from: T0, to: days(31) },
      { from: days(31), to: days(59) },
    ],
    before: { lines: [{ quantity: '31' }] },
    after: { lines: [{ quantity: '62' }] },
    contract: { lines: [{ quantity: '62' }] },
  })
})

it('corrects nothing by an edit that lies ahead, or that is on time while another lies ahead', async () => {
  const { id, line_id } = await started()
  clock.set(days(2))
  await changeQuantity(ctx, id, { line_id, quantity: '62', effective_at: days(5) })
  await changeQuantity(ctx, id, { line_id, quantity: '93' })
  const told = (await emitted(db, ContractCorrected)).filter(({ aggregateId }) => aggregateId === id)
  expect(told).toEqual([])
  await changeQuantity(ctx, id, { line_id, quantity: '1', effective_at: days(1) })
  expect((await emitted(db, ContractCorrected)).filter(({ aggregateId }) => aggregateId === id)).toHaveLength(1)
})

it('begins by itself what was recorded for later, and tells of it again', async () => {
  const { id, line_id } = await started()
  const { state } = await changeQuantity(ctx, id, { line_id, quantity: '62', effective_at: days(5) })
  expect(state).toMatchObject({ version: 4, lines: [{ quantity: '31' }] })
  expect(await timersOf(id)).toEqual([{ kind: 'contract.begin', key: id, due_at: days(5) }])
  clock.set(days(5))
  expect(await readContract(ctx, id)).toMatchObject({ version: 5, lines: [{ quantity: '62' }] })
  // Of now, unless another time is asked for: it was known then that it would be so.
  expect((await readContract(ctx, id, { knownAt: T0 })).lines[0]?.quantity).toBe('62')
  await beginEdits(ctx, id)
  await beginEdits(ctx, id)
  expect((await told(id, ContractLineQuantityChanged)).map(({ data }) => data)).toMatchObject([
    { phase: 'recorded', contract: { version: 4 } },
    { phase: 'effective', contract: { version: 5, lines: [{ quantity: '62' }] } },
  ])
  expect(await timersOf(id)).toEqual([])
  expect(await unsound()).toEqual([])
})

it('corrects an edit, and undoes the correction', async () => {
  const { id, line_id } = await started()
  clock.set(days(2))
  const { edit } = await changeQuantity(ctx, id, { line_id, quantity: '62' })
  clock.set(days(4))
  const replacement = { operation: 'change_quantity', payload: { line_id, quantity: '93.0' } } as const
  const edit_id = edit?.id
  if (edit_id === undefined) throw new Error('nothing was recorded')
  const { edit: correction, state } = await correctEdit(ctx, id, { edit_id, replacement, effective_at: days(1) })
  expect(state.lines[0]?.quantity).toBe('93')
  await expectRejection(voidEdit(ctx, id, { edit_id }), 'contract.edit-not-standing')
  const { state: undone } = await voidEdit(ctx, id, { edit_id: correction?.id ?? edit_id })
  expect(undone.lines[0]?.quantity).toBe('62')
  expect((await readContract(ctx, id, { asOf: days(1) })).lines[0]?.quantity).toBe('31')
  expect((await edits(id)).map(({ operation }) => operation)).toEqual([
    'create',
    'add_line',
    'activate',
    'change_quantity',
    'correct',
    'void',
  ])
  expect(await unsound()).toEqual([])
})

it('undoes an announced end, and frees its devices only at one that stands', async () => {
  const device = await newDevice()
  const { id } = await draft(usageLine({ device_ids: [device] }))
  await activateContract(ctx, id, { billing_anchor: null })
  const { edit } = await terminateContract(ctx, id, { when: 'period_end', cause: 'x' })
  const { state } = await voidEdit(ctx, id, {
    edit_id: edit?.id ?? (`edt_${'0'.repeat(26)}` as never),
    cause: 'they stay',
  })
  expect(state).toMatchObject({ lifecycle: 'active', ends_at: null })
  expect(await timersOf(id)).toEqual([])
  expect(await db.sql`select assigned_until from device_assignments where device_id = ${device}`).toEqual([
    { assigned_until: null },
  ])
  expect(await unsound()).toEqual([])
})

it('shows what an edit would do, and records nothing', async () => {
  const { id, line_id } = await started()
  clock.set(days(21))
  const count = () =>
    db.sql`select (select count(*) from contract_edits) + (select count(*) from outbox) + (select count(*) from timers) as n`
  const before = await count()
  const { preview, state } = await changeQuantity(ctx, id, { line_id, quantity: '62' }, { dryRun: true })
  // 21/31 of 31.00 and 10/31 of 62.00.
  expect(preview?.current_period).toMatchObject({
    due_before: { amount: '3100' },
    due_after: { amount: '4100' },
    difference: { amount: '1000' },
  })
  expect(preview?.timeline.lines[0]?.intervals.map(({ quantity }) => quantity)).toEqual(['31', '62'])
  expect(state.lines[0]?.quantity).toBe('62')
  expect(preview?.current_period?.lines).toMatchObject([
    {
      line_id,
      charged: { amount: '3100' },
      due: { amount: '4100' },
      charges_after: [{ quantity: '31' }, { quantity: '62' }],
    },
  ])
  expect(await count()).toEqual(before)
  expect((await readContract(ctx, id)).lines[0]?.quantity).toBe('31')
})

it('shows from the billing period on that an edit touches, and no money before there is a period', async () => {
  const { id, line_id } = await started()
  clock.set(days(40))
  const { preview } = await changeQuantity(ctx, id, { line_id, quantity: '62' }, { dryRun: true })
  expect(preview?.timeline.lines[0]?.intervals.map(({ from, quantity }) => [from, quantity])).toEqual([
    [days(31), '31'],
    [days(40), '62'],
  ])
  const { id: drafted } = await draft(flatLine())
  const { preview: of } = await addLine(ctx, drafted, flatLine(), { dryRun: true })
  expect(of).toMatchObject({ current_period: null, corrections: [] })
})

it('lets one of two writers win, and tells the other what changed', async () => {
  const { id, line_id, state } = await started()
  const ifMatch = `"${state.version}"`
  const writers = ['1', '2'].map((quantity) => changeQuantity(ctx, id, { line_id, quantity }, { ifMatch }))
  const results = await Promise.allSettled(writers)
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const lost = results.find((result) => result.status === 'rejected')
  expect(lost?.reason).toMatchObject({
    code: 'request.precondition-failed',
    context: { current: '"4"', changes: [{ operation: 'change_quantity' }] },
  })
})

it('converts a trial by itself, or activates it early instead', async () => {
  const [one, two] = [await draft(flatLine()), await draft(flatLine())]
  for (const { id } of [one, two]) {
    const { state } = await startTrial(ctx, id, { ends_at: days(14), on_end: 'convert' })
    expect(state.lifecycle).toBe('trialing')
  }
  clock.set(days(3))
  expect((await activateContract(ctx, two.id, { billing_anchor: null })).state).toMatchObject({
    lifecycle: 'active',
    billing_anchor: days(3),
  })
  clock.set(days(14))
  await beginEdits(ctx, one.id)
  expect(await readContract(ctx, one.id)).toMatchObject({ lifecycle: 'active', billing_anchor: days(14) })
  expect(await readContract(ctx, two.id)).toMatchObject({ billing_anchor: days(3) })
  expect(
    (await emitted(db, ContractStatusChanged))
      .filter(({ aggregateId }) => aggregateId === one.id)
      .map(({ data }) => data),
  ).toMatchObject([
    { machine: 'lifecycle', from: 'draft', to: 'trialing', at: T0 },
    { machine: 'lifecycle', from: 'trialing', to: 'active', at: days(14) },
  ])
  expect(await unsound()).toEqual([])
})

it('expires a trial by itself', async () => {
  const { id } = await draft(flatLine())
  expect((await startTrial(ctx, id, { ends_at: days(14), on_end: 'expire' })).state.ends_at).toBe(days(14))
  clock.set(days(14))
  await beginEdits(ctx, id)
  expect((await readContract(ctx, id)).lifecycle).toBe('ended')
})

const renewal = { auto_renew: { enabled: true, term: 'P1Y', notice: 'P30D', uplift_rate: '0.03' } }

async function termed() {
  const { state: created } = await createContract(ctx, { ...terms, term: 'P1Y' })
  await addLine(ctx, created.id, flatLine())
  await activateContract(ctx, created.id, { billing_anchor: null })
  return created.id
}

it('announces the renewal at the notice date and renews at the boundary, once, whoever asks', async () => {
  const id = await termed()
  await setAutoRenew(ctx, id, renewal)
  const notice = instant('2026-12-16T09:00:00Z')
  const boundary = instant('2027-01-15T09:00:00Z')
  expect(await timersOf(id)).toEqual([{ kind: 'contract.notice', key: id, due_at: notice }])
  await announceRenewal(ctx, id)
  expect(await told(id, ContractRenewalAnnounced)).toEqual([])
  clock.set(notice)
  await Promise.all([announceRenewal(ctx, id), announceRenewal(ctx, id), announceRenewal(ctx, id)])
  expect((await told(id, ContractRenewalAnnounced)).map(({ data }) => data)).toMatchObject([
    { outcome: 'renews', at: boundary, uplift_rate: '0.03' },
  ])
  await expectRejection(
    setAutoRenew(ctx, id, { ...renewal, effective_at: addMs(notice, 1) }),
    'contract.notice-date-passed',
  )
  clock.set(boundary)
  await Promise.all([beginEdits(ctx, id), beginEdits(ctx, id), beginEdits(ctx, id)])
  const view = await readContract(ctx, id)
  expect(view).toMatchObject({ lifecycle: 'active', term_ends_at: '2028-01-15T09:00:00.000Z', term_count: 2 })
  // 500.00 and 3 %.
  expect(view.lines[0]?.price.unit_price.amount).toBe('51500')
  expect(await timersOf(id)).toEqual([{ kind: 'contract.notice', key: id, due_at: '2027-12-16T09:00:00.000Z' }])
  expect(await unsound()).toEqual([])
})

it('lets a term expire that nobody renews', async () => {
  const id = await termed()
  await setAutoRenew(ctx, id, { auto_renew: { ...renewal.auto_renew, enabled: false } })
  clock.set(instant('2026-12-16T09:00:00Z'))
  await announceRenewal(ctx, id)
  expect((await readContract(ctx, id)).ends_at).toBe('2027-01-15T09:00:00.000Z')
  expect((await told(id, ContractRenewalAnnounced)).map(({ data }) => data)).toMatchObject([{ outcome: 'expires' }])
  clock.set(instant('2027-01-15T09:00:00Z'))
  await beginEdits(ctx, id)
  expect((await readContract(ctx, id)).lifecycle).toBe('ended')
})

it('lets a term expire before an end that had been moved behind it, and does not bring the earlier end back', async () => {
  const id = await termed()
  const [june, march, boundary] = ['2026-06-01', '2027-03-01', '2027-01-15T09:00'].map((text) =>
    instant(text.includes('T') ? `${text}:00Z` : `${text}T00:00:00Z`),
  )
  if (june === undefined || march === undefined || boundary === undefined) throw new Error('no moments')
  const { edit } = await terminateContract(ctx, id, { when: 'at', at: june, cause: 'x' })
  if (edit === null) throw new Error('nothing was recorded')
  await correctEdit(ctx, id, { edit_id: edit.id, replacement: null, effective_at: march })
  clock.set(boundary)
  await announceRenewal(ctx, id)
  await beginEdits(ctx, id)
  expect(await readContract(ctx, id)).toMatchObject({ lifecycle: 'ended', ends_at: boundary })
  expect((await readContract(ctx, id, { asOf: addMs(boundary, -1) })).lifecycle).toBe('active')
  expect((await told(id, ContractRenewalAnnounced)).map(({ data }) => data)).toMatchObject([{ outcome: 'expires' }])
  expect(await unsound()).toEqual([])
})

it('lets an announced renewal give way to a termination', async () => {
  const id = await termed()
  await setAutoRenew(ctx, id, renewal)
  clock.set(instant('2026-12-16T09:00:00Z'))
  await announceRenewal(ctx, id)
  await terminateContract(ctx, id, { when: 'at', at: instant('2027-01-10T00:00:00Z'), cause: 'x' })
  clock.set(instant('2027-02-01T00:00:00Z'))
  await beginEdits(ctx, id)
  expect(await readContract(ctx, id)).toMatchObject({ lifecycle: 'ended', ends_at: '2027-01-10T00:00:00.000Z' })
  expect(await unsound()).toEqual([])
})

it('shows suspension and resumption in the timeline with every transition', async () => {
  const { id } = await started()
  clock.set(days(10))
  await suspendContract(ctx, id, { cause: 'unpaid' })
  clock.set(days(20))
  await resumeContract(ctx, id, {})
  const { lifecycle, transitions } = await readTimeline(ctx, id, {
    knownAt: ctx.now(),
    from: null,
    to: null,
    limit: 100,
  })
  expect(lifecycle.map(({ value }) => value)).toEqual(['active', 'suspended', 'active'])
  expect(transitions.filter(({ machine }) => machine === 'lifecycle').map(({ to }) => to)).toEqual([
    'active',
    'suspended',
    'active',
  ])
})

it('lets a correction stand where the corrected edit stood among edits of one moment', async () => {
  const { id, state } = await started()
  const [, added] = await db.sql<{ id: Id<'contractEdit'> }[]>`
    select id from contract_edits where contract_id = ${id} order by seq`
  const [line] = state.lines
  if (added === undefined || line === undefined) throw new Error('no line')
  const replacement = { operation: 'add_line', payload: { line: { ...line, sku: 'corrected' } } } as const
  const corrected = await correctEdit(ctx, id, { edit_id: added.id, replacement })
  expect(corrected.state).toMatchObject({ lifecycle: 'active', lines: [{ id: line.id, sku: 'corrected' }] })
})
