import { Refusal } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { nextId } from '@draupnir/testing'
import { addMs, HOUR_MS, type Instant, instant } from '@draupnir/time'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { rememberParty } from '../party/remember-party.ts'
import { contractService } from '../service.fixture.ts'
import { LIFECYCLE } from '../status/machines.ts'
import { verify } from '../verify/verify.ts'
import { activateContract } from './activate-contract.ts'
import { addLine } from './add-line.ts'
import { announceRenewal } from './announce-renewal.ts'
import { assignDevices } from './assign-devices.ts'
import { changeQuantity } from './change-quantity.ts'
import { flatLine, terms, usageLine } from './contract.fixture.ts'
import { selectEdits } from './contract.store.ts'
import { fold } from './contract.ts'
import { correctEdit } from './correct-edit.ts'
import { createContract } from './create-contract.ts'
import type { EditOptions, Outcome } from './edit-contract.ts'
import { foldAt } from './fold-at.ts'
import { beginEdits } from './load-contract.ts'
import { type Edit, effectOf } from './operation.ts'
import { readContract } from './read-contract.ts'
import { readTimeline } from './read-timeline.ts'
import { removeLine } from './remove-line.ts'
import { renewContract } from './renew-contract.ts'
import { steps } from './replay.ts'
import { resumeContract } from './resume-contract.ts'
import { setAutoRenew } from './set-auto-renew.ts'
import { setTerms } from './set-terms.ts'
import { standing } from './standing.ts'
import { startTrial } from './start-trial.ts'
import { suspendContract } from './suspend-contract.ts'
import { terminateContract } from './terminate-contract.ts'
import { stretches } from './timeline.ts'
import { transferContract } from './transfer-contract.ts'
import { voidEdit } from './void-edit.ts'

const service = await contractService()
const { ctx, db, clock, newDevice } = service
const OTHER = nextId('party')
beforeAll(async () => {
  await service.onboard()
  await rememberParty(ctx, { id: OTHER, roles: ['buyer'] })
})

// The night in which New York's clocks go forward, and the leap day two years before it.
const STARTS = [instant('2026-03-08T06:30:00Z'), instant('2024-02-29T04:59:00Z'), instant('2026-10-31T23:00:00Z')]
const KINDS = [
  'revive',
  ...['add', 'add', 'remove', 'quantity', 'devices', 'trial', 'activate', 'activate', 'suspend', 'resume'],
  ...[
    'end_now',
    'end_period',
    'end_at',
    'renew',
    'auto_renew',
    'transfer',
    'terms',
    'void',
    'void',
    'correct',
    'correct',
  ],
] as const
const step = fc.record({
  kind: fc.constantFrom(...KINDS),
  /** Hours that pass; often none. */
  wait: fc.constantFrom(0, 0, 0, 1, 24, 24 * 20),
  /** Hours from now at which it holds; null is now. */
  offset: fc.constantFrom(null, null, null, 0, -1, -30, -24 * 40, 1, 24, 24 * 35),
  pick: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  digit: fc.integer({ min: 0, max: 9 }),
  rehearsed: fc.constantFrom(false, false, true),
})
const game = fc.record({
  start: fc.constantFrom(...STARTS),
  zone: fc.constantFrom('America/New_York', 'UTC', 'Pacific/Apia'),
  term: fc.constantFrom(null, 'P1M', 'P1Y', 'P30D'),
  cadence: fc.constantFrom('P1M' as const, 'P1W' as const),
  begun: fc.boolean(),
  steps: fc.array(step, { minLength: 30, maxLength: 60 }),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

async function play(
  id: Id<'contract'>,
  one: Step,
  log: readonly Edit[],
  device: Id<'device'>,
  now: Instant,
): Promise<Outcome> {
  const options: EditOptions = { dryRun: one.rehearsed }
  const effective_at = one.offset === null ? null : addMs(now, one.offset * HOUR_MS)
  const lines = log.flatMap((edit) => (edit.operation === 'add_line' ? [edit.payload.line.id] : []))
  const line_id = lines[Math.floor(one.pick * lines.length)] ?? nextId('contractLine')
  // Mostly one of the last: an end that was just recorded.
  const recent = one.digit < 7 ? log.slice(-3) : log.slice(1)
  const edit_id = recent[Math.floor(one.pick * recent.length)]?.id ?? nextId('contractEdit')
  const at = effective_at ?? now
  const quantity = String(one.digit)
  const auto_renew = { enabled: one.digit % 2 === 0, term: 'P1M', notice: 'P7D', uplift_rate: '0.1' }
  switch (one.kind) {
    case 'add':
      return addLine(
        ctx,
        id,
        one.digit % 2 ? flatLine({ effective_at } as object) : { ...usageLine(), effective_at },
        options,
      )
    case 'remove':
      return removeLine(ctx, id, { line_id, effective_at }, options)
    case 'quantity':
      return changeQuantity(ctx, id, { line_id, quantity, effective_at }, options)
    case 'devices':
      return assignDevices(
        ctx,
        id,
        { line_id, device_ids: one.digit % 3 ? [device] : [], host_id: null, effective_at },
        options,
      )
    case 'trial':
      return startTrial(
        ctx,
        id,
        {
          ends_at: addMs(at, (1 + one.digit) * 24 * HOUR_MS),
          on_end: one.digit % 2 ? 'convert' : 'expire',
          effective_at,
        },
        options,
      )
    case 'activate':
      return activateContract(ctx, id, { billing_anchor: null, effective_at }, options)
    case 'suspend':
      return suspendContract(ctx, id, { effective_at }, options)
    case 'resume':
      return resumeContract(ctx, id, { effective_at }, options)
    case 'end_now':
      return terminateContract(ctx, id, { when: 'now', cause: 'x' }, options)
    case 'end_period':
      return terminateContract(ctx, id, { when: 'period_end', cause: 'x' }, options)
    case 'end_at':
      return terminateContract(ctx, id, { when: 'at', at, cause: 'x' }, options)
    case 'renew':
      return renewContract(ctx, id, {}, options)
    case 'auto_renew':
      return setAutoRenew(ctx, id, { auto_renew, effective_at }, options)
    case 'transfer':
      return transferContract(ctx, id, { buyer_id: one.digit % 2 ? OTHER : terms.buyer_id, effective_at }, options)
    case 'terms':
      return setTerms(ctx, id, { net_days: one.digit, effective_at }, options)
    case 'revive': {
      const end = standing(log).findLast((edit) => effectOf(edit)?.operation === 'terminate')
      return voidEdit(ctx, id, { edit_id: end?.id ?? edit_id }, options)
    }
    case 'void':
      return voidEdit(ctx, id, { edit_id }, options)
    case 'correct':
      return correctEdit(ctx, id, { edit_id, replacement: null, effective_at }, options)
  }
}

/** Lets time pass, each timer at its moment. */
async function pass(id: Id<'contract'>, until: Instant): Promise<void> {
  for (let rounds = 0; ; rounds += 1) {
    if (rounds > 500) throw new Error('timers go on for ever')
    const [due] = (await service.timers())
      .filter(({ key, due_at }) => key === id && due_at <= until)
      .sort((a, b) => (a.due_at < b.due_at ? -1 : 1))
    if (due === undefined) break
    if (due.due_at > clock.now()) clock.set(due.due_at)
    await db.sql`delete from timers where key = ${id} and kind = ${due.kind}`
    await (due.kind === 'contract.begin' ? beginEdits : announceRenewal)(ctx, id)
  }
  clock.set(until)
}

/** A contract that has ended is mostly brought back, or there is little left to ask. */
function revived(one: Step, log: readonly Edit[], now: Instant): Step {
  const ended = fold(log, { asOf: now, knownAt: now })?.lifecycle === 'ended'
  return ended && one.digit > 1 ? { ...one, kind: 'revive' } : one
}

async function trace(id: Id<'contract'>) {
  const [row] = await db.sql`
    select (select count(*) from contract_edits where contract_id = ${id})::int as edits,
      (select count(*) from outbox where aggregate_id = ${id})::int as events,
      (select count(*) from contract_snapshots where contract_id = ${id})::int as snapshots,
      (select md5(string_agg(p::text, ',' order by p::text)) from contract_placements p where contract_id = ${id}) as places,
      (select md5(string_agg(a::text, ',' order by a::text)) from device_assignments a where contract_id = ${id}) as devices,
      (select md5(string_agg(kind || due_at::text, ',' order by kind)) from timers where key = ${id}) as timers,
      (select md5(c::text) from contracts c where id = ${id}) as head`
  return row
}

async function lawful(id: Id<'contract'>, log: readonly Edit[]): Promise<void> {
  const timeline = stretches(steps(null, standing(log)))
  for (const [index, { state }] of timeline.entries()) {
    const before = timeline[index - 1]?.state
    if (before === undefined || before.lifecycle === state.lifecycle) continue
    // Several edits of one moment are one stretch.
    const via = LIFECYCLE[before.lifecycle].flatMap((one) => [one, ...LIFECYCLE[one]])
    expect(via).toContain(state.lifecycle)
  }
  const now = clock.now()
  const head = await readContract(ctx, id)
  expect(head).toMatchObject({ ...fold(log, { asOf: now, knownAt: now }) })
  const moments = log.flatMap(({ effective_at, recorded_at }) => [effective_at, recorded_at, addMs(recorded_at, 1)])
  for (const [index, asOf] of moments.entries()) {
    const knownAt = moments[(index * 7 + 3) % moments.length] ?? now
    // A clock never reads ahead of itself, so nothing later is known.
    const viewpoint = { asOf, knownAt: knownAt > now ? now : knownAt }
    expect(await foldAt(ctx, id, viewpoint)).toEqual(fold(log, viewpoint))
  }
  const shown = await readTimeline(ctx, id, { knownAt: now, from: null, to: null, limit: 500 })
  expect(shown.lifecycle.at(-1)?.value).toBe(timeline.at(-1)?.state.lifecycle)
}

it('stays sound whatever is asked in whatever order: it records or refuses, and a refusal or a rehearsal leaves nothing', async () => {
  const seen = { refused: 0, recorded: 0, rehearsed: 0, codes: new Map<string, number>() }
  await fc.assert(
    fc.asyncProperty(game, async ({ start, zone, term, cadence, begun, steps: list }) => {
      clock.set(start)
      const device = await newDevice()
      const { state } = await createContract(ctx, {
        ...terms,
        time_zone: zone,
        term,
        cadence,
        effective_at: addMs(start, -48 * HOUR_MS),
      })
      const { id } = state
      await addLine(ctx, id, flatLine())
      if (begun) await activateContract(ctx, id, { billing_anchor: null })
      for (const one of list) {
        await pass(id, addMs(clock.now(), one.wait * HOUR_MS))
        const log = await selectEdits(ctx, id, 0, 1000)
        const before = await trace(id)
        try {
          await play(id, revived(one, log, clock.now()), log, device, clock.now())
          seen[one.rehearsed ? 'rehearsed' : 'recorded'] += 1
          if (one.rehearsed) expect(await trace(id)).toEqual(before)
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          seen.refused += 1
          seen.codes.set(error.code, (seen.codes.get(error.code) ?? 0) + 1)
          expect(await trace(id)).toEqual(before)
        }
      }
      await lawful(id, await selectEdits(ctx, id, 0, 1000))
    }),
    { numRuns: 8, endOnFailure: true },
  )
  expect(seen.recorded).toBeGreaterThan(50)
  expect(seen.rehearsed).toBeGreaterThan(20)
  expect(seen.codes.size).toBeGreaterThan(8)
  expect((await verify({ db })).flatMap(({ findings }) => findings)).toEqual([])
}, 600_000)
