import { Refusal } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { addMs, type Instant } from '@draupnir/time'
import { ContractCorrected, type DataOf } from '@draupnir/wire'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { contractService } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { assignDevices } from './assign-devices.ts'
import { changeQuantity } from './change-quantity.ts'
import { flatLine, T0, usageLine } from './contract.fixture.ts'
import { selectEdits } from './contract.store.ts'
import { correctEdit } from './correct-edit.ts'
import { corrections } from './correction.ts'
import type { EditOptions, Outcome } from './edit-contract.ts'
import type { Edit } from './operation.ts'
import { periodCharges } from './period-charges.ts'
import { SNAPSHOT_EVERY } from './reach.ts'
import { readContract } from './read-contract.ts'
import { readTimeline } from './read-timeline.ts'
import { steps } from './replay.ts'
import { repriceLine } from './reprice-line.ts'
import { resumeContract } from './resume-contract.ts'
import { setDiscount } from './set-discount.ts'
import { setTerms } from './set-terms.ts'
import { standing } from './standing.ts'
import { suspendContract } from './suspend-contract.ts'
import { type Interval, merged, type Stretch, stretches, timelineOf } from './timeline.ts'
import { voidEdit } from './void-edit.ts'

const service = await contractService()
const { ctx, db, clock, draft, active, newDevice } = service
beforeAll(service.onboard)

const at = (hour: number): Instant => addMs(T0, hour * 3_600_000)
const KINDS = [
  'now',
  'quantity',
  'quantity',
  'terms',
  'discount',
  'price',
  'rest',
  'devices',
  'ahead',
  'void',
  'correct',
] as const
const step = fc.record({
  kind: fc.constantFrom(...KINDS),
  wait: fc.constantFrom(0, 0, 1, 1, 2, 3, 48),
  /** How far back it holds from: 0 is the beginning, 1 is now. */
  back: fc.double({ min: 0, max: 1, noNaN: true }),
  digits: fc.integer({ min: 1, max: 99 }),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

interface Played {
  readonly id: Id<'contract'>
  readonly line_id: Id<'contractLine'>
  readonly usage_id: Id<'contractLine'>
  readonly device: Id<'device'>
}

function play(
  one: Step,
  { id, line_id, usage_id, device }: Played,
  hour: number,
  log: readonly Edit[],
  options: EditOptions,
) {
  const effective_at = at(Math.floor(hour * one.back))
  const target = log[Math.floor(one.back * (log.length - 1))]?.id
  if (target === undefined) throw new Error('no log')
  const quantity = String(one.digits)
  const plays: Record<Step['kind'], () => Promise<Outcome>> = {
    now: () => changeQuantity(ctx, id, { line_id, quantity }, options),
    quantity: () => changeQuantity(ctx, id, { line_id, quantity, effective_at }, options),
    terms: () => setTerms(ctx, id, { net_days: one.digits, effective_at }, options),
    discount: () => setDiscount(ctx, id, { line_id, discount_rate: `0.${one.digits}`, effective_at }, options),
    price: () => {
      const unit_price = { amount: `${one.digits}.5`, currency: 'USD' as const }
      return repriceLine(
        ctx,
        id,
        { line_id: usage_id, price: { type: 'usage', unit: 'gpu_hour', unit_price }, effective_at },
        options,
      )
    },
    rest: () => (one.digits % 2 ? suspendContract : resumeContract)(ctx, id, { effective_at }, options),
    devices: () => {
      const device_ids = one.digits % 2 ? [device] : []
      return assignDevices(ctx, id, { line_id: usage_id, device_ids, host_id: null, effective_at }, options)
    },
    ahead: () => changeQuantity(ctx, id, { line_id, quantity, effective_at: at(hour + 1 + one.digits * 10) }, options),
    void: () => voidEdit(ctx, id, { edit_id: target }, options),
    correct: () => correctEdit(ctx, id, { edit_id: target, replacement: null, effective_at }, options),
  }
  return plays[one.kind]()
}

const wholeOf = (log: readonly Edit[]): Stretch[] => stretches(steps(null, standing(log)))

async function correctionsOf(id: Id<'contract'>, after: number) {
  const rows = await db.sql<{ data: DataOf<typeof ContractCorrected> }[]>`
    select data from outbox where aggregate_type = ${ContractCorrected.aggregate} and aggregate_id = ${id}
    order by aggregate_seq offset ${after}`
  return rows.map(({ data: { contract_id: _, edit: __, ...rest } }) => rest)
}

/** By the whole log, of every period since the first edit that stopped to stand, or began to. */
function expectedCorrections(before: readonly Edit[], after: readonly Edit[], now: Instant) {
  const [was, is] = [standing(before), standing(after)]
  const [known, held] = [new Set(was.map(({ id }) => id)), new Set(is.map(({ id }) => id))]
  const moved = [...was.filter(({ id }) => !held.has(id)), ...is.filter(({ id }) => !known.has(id))]
  const [place] = moved.map((edit) => edit.effective_at).sort()
  const timeline = wholeOf(after)
  const calendar = timeline.findLast(({ from }) => from <= now)?.state
  if (calendar === undefined || place === undefined) throw new Error('nothing was recorded')
  return place < now ? corrections(wholeOf(before), timeline, calendar, place, now) : []
}

/** Walks the pages of a timeline and joins them. */
async function paged(id: Id<'contract'>, limit: number): Promise<object> {
  const all = {
    lifecycle: [] as Interval<unknown>[],
    buyers: [] as Interval<unknown>[],
    lines: new Map<string, Interval<unknown>[]>(),
  }
  for (let from: Instant | null = null; ; ) {
    const page: Awaited<ReturnType<typeof readTimeline>> = await readTimeline(ctx, id, {
      knownAt: ctx.now(),
      from,
      to: null,
      limit,
    })
    all.lifecycle.push(...page.lifecycle)
    all.buyers.push(...page.buyers)
    for (const { line_id, intervals } of page.lines) {
      const list = all.lines.get(line_id) ?? []
      all.lines.set(line_id, list)
      list.push(...intervals.map(({ from, to, ...value }) => ({ from, to, value })))
    }
    if (page.next === null) break
    from = page.next
  }
  const lines = [...all.lines].map(([line_id, list]) => ({
    line_id,
    intervals: merged(list).map(({ from, to, value }) => ({ from, to, ...(value as object) })),
  }))
  return { lifecycle: merged(all.lifecycle), buyers: merged(all.buyers), lines }
}

async function looseSnapshots(id: Id<'contract'>, log: readonly Edit[]): Promise<number> {
  const rows = await db.sql<{ place: string }[]>`
    select effective_at::text || ' ' || rank as place, effective_at, rank from contract_snapshots
    where contract_id = ${id} and known_until is null order by effective_at, rank`
  const places = await db.sql<{ place: string }[]>`
    select effective_at::text || ' ' || rank as place from contract_placements
    where contract_id = ${id} and stands_until is null order by effective_at, rank`
  expect(places).toHaveLength(standing(log).length)
  const snapped = new Set(rows.map(({ place }) => place))
  let [run, longest] = [0, 0]
  for (const { place } of places) {
    run = snapped.has(place) ? 0 : run + 1
    longest = Math.max(longest, run)
  }
  const [head] = await db.sql<{ tail: number }[]>`select tail from contracts where id = ${id}`
  expect(head?.tail).toBe(run)
  return longest
}

it('looks no further than an edit reaches, and tells, stores and shows what the whole log says', async () => {
  const seen = { refused: 0, corrected: 0, rehearsed: 0 }
  const enough = () => seen.refused > 20 && seen.corrected > 100 && seen.rehearsed > 50
  const game = fc.asyncProperty(fc.array(step, { minLength: 130, maxLength: 160 }), async (list) => {
    clock.set(T0)
    const device = await newDevice()
    const { id, lines } = await active(flatLine(), usageLine())
    const [fee, usage] = lines
    if (fee === undefined || usage === undefined) throw new Error('no lines')
    const played = { id, line_id: fee.id, usage_id: usage.id, device }
    let [hour, told] = [0, 0]
    for (const [index, one] of list.entries()) {
      hour += one.wait
      clock.set(at(hour))
      const log = await selectEdits(ctx, id, 0, 10_000)
      // Every third is rehearsed first: it says what then happens.
      const rehearsed = index % 3 === 0 ? await tried(play(one, played, hour, log, { dryRun: true })) : null
      if (index % 3 === 0) expect(await selectEdits(ctx, id, 0, 10_000)).toEqual(log)
      const done = await tried(play(one, played, hour, log, {}))
      const after = await selectEdits(ctx, id, 0, 10_000)
      if (done === null) {
        seen.refused += 1
        expect(after).toEqual(log)
        continue
      }
      const due = expectedCorrections(log, after, at(hour))
      expect(await correctionsOf(id, told)).toEqual(due)
      told += due.length
      seen.corrected += due.length
      if (rehearsed === null) continue
      seen.rehearsed += 1
      expect(rehearsed.preview?.corrections).toEqual(due)
      expect(unnamed(rehearsed)).toEqual(unnamed(done))
      expectCurrent(rehearsed, log, after)
    }
    const log = await selectEdits(ctx, id, 0, 10_000)
    expect(await looseSnapshots(id, log)).toBeLessThan(2 * SNAPSHOT_EVERY)
    expect(await paged(id, 7)).toEqual(timelineOf(wholeOf(log)))
    expect(await readContract(ctx, id)).toMatchObject({ id })
  })
  // Two games mostly show enough of everything; where chance gave little, more are played.
  for (let games = 0; games < 2 || (games < 10 && !enough()); games += 1)
    await fc.assert(game, { numRuns: 1, endOnFailure: true })
  expect({ ...seen, enough: enough() }).toMatchObject({ enough: true })
  expect((await verify({ db })).flatMap(({ findings }) => findings)).toEqual([])
}, 240_000)

const unnamed = ({ state }: Outcome) => state

/** The money effect of a preview, by the whole log without the edit and with it. */
function expectCurrent({ preview }: Outcome, before: readonly Edit[], after: readonly Edit[]): void {
  const current = preview?.current_period
  if (current == null) return
  const sum = (log: readonly Edit[]) =>
    periodCharges(wholeOf(log), current.period).reduce((total, { amount }) => total + BigInt(amount?.amount ?? 0), 0n)
  expect([current.due_before.amount, current.due_after.amount]).toEqual([String(sum(before)), String(sum(after))])
  expect(current.difference.amount).toBe(String(sum(after) - sum(before)))
}

async function tried(outcome: Promise<Outcome>): Promise<Outcome | null> {
  try {
    return await outcome
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

it('stores a fold where late edits come in again and again before one place', async () => {
  clock.set(T0)
  const { id, lines } = await active(flatLine())
  const line_id = lines[0]?.id
  if (line_id === undefined) throw new Error('no line')
  clock.set(at(1000))
  for (let n = 0; n < 70; n += 1)
    await changeQuantity(ctx, id, { line_id, quantity: String(1 + (n % 9)), effective_at: at(900 - n) })
  expect(await looseSnapshots(id, await selectEdits(ctx, id, 0, 1000))).toBeLessThan(2 * SNAPSHOT_EVERY)
})

it('prices the whole of a period, though an edit touches one hour of it', async () => {
  clock.set(T0)
  const { id, lines } = await active(flatLine())
  const line_id = lines[0]?.id
  if (line_id === undefined) throw new Error('no line')
  for (let hour = 1; hour <= 100; hour += 1) {
    clock.set(at(hour))
    await changeQuantity(ctx, id, { line_id, quantity: String(1 + (hour % 9)) })
  }
  const before = await selectEdits(ctx, id, 0, 1000)
  await changeQuantity(ctx, id, { line_id, quantity: '50', effective_at: addMs(at(10), 1_800_000) })
  const due = expectedCorrections(before, await selectEdits(ctx, id, 0, 1000), at(100))
  expect(due).toMatchObject([
    { lines: [{ charges_before: [{ quantity: '2' }], charges_after: [{}, { quantity: '50' }] }] },
  ])
  expect(await correctionsOf(id, 0)).toEqual(due)
  expect((await verify({ db })).flatMap(({ findings }) => findings)).toEqual([])
})

it('keeps what holds now, and what begins next, among many edits that lie ahead', async () => {
  clock.set(T0)
  const { id, lines } = await active(flatLine())
  const line_id = lines[0]?.id
  if (line_id === undefined) throw new Error('no line')
  const ahead = (hour: number) => changeQuantity(ctx, id, { line_id, quantity: '7', effective_at: at(hour) })
  for (let n = 0; n < 2 * SNAPSHOT_EVERY + 6; n += 1) await ahead(2000 + 30 * n)
  expect((await ahead(4150)).state.lines[0]?.quantity).toBe('1')
  expect((await ahead(50)).state.lines[0]?.quantity).toBe('1')
  expect(await db.sql`select next_effect_at from contracts where id = ${id}`).toEqual([{ next_effect_at: at(50) }])
  expect((await verify({ db })).flatMap(({ findings }) => findings)).toEqual([])
})

it('shows a draft, and everything of one moment, on one page', async () => {
  clock.set(T0)
  const { id } = await draft(flatLine(), flatLine(), flatLine())
  const asked = { knownAt: T0, from: null, to: null, limit: 1 }
  expect(await readTimeline(ctx, id, asked)).toMatchObject({
    from: T0,
    to: at(0).replace('000Z', '001Z'),
    lines: [{}, {}, {}],
  })
  const rest = await readTimeline(ctx, id, { ...asked, from: addMs(T0, 1) })
  expect(rest).toMatchObject({ lifecycle: [{ from: addMs(T0, 1), to: null, value: 'draft' }], next: null })
  expect(await readTimeline(ctx, id, { ...asked, knownAt: at(-1) })).toMatchObject({
    lifecycle: [],
    lines: [],
    next: null,
  })
})
