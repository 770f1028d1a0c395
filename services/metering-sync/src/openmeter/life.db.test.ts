import { addMs, HOUR_MS, type Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type OpenMeterInvoice, ratedInvoice } from '../../../billing/src/invoice/rated-invoice.ts'
import type { Stretch } from '../../../contract/src/contract/timeline.ts'
import { followContract } from '../mirror/follow-contract.ts'
import { findMirror } from '../mirror/mirror.store.ts'
import { desiredOf } from '../mirror/mirror.ts'
import { retrySync } from '../mirror/retry-sync.ts'
import { bucketOf, meteringService, T0 } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import {
  awayOf,
  dueOf,
  LIFE_H,
  type Life,
  life,
  type Owed,
  owedOf,
  timelineOf,
  type Used,
  usageOf,
  WEEK_H,
} from './life.fixture.ts'
import { differences } from './subscription.ts'

const { clock, ctx, db, om, harness, at, work, fault, subscriptions, usage, syncOf } = await meteringService()
const TIMEOUT_MS = 300_000
const SECOND_H = 1 / 3600

let start: Instant = T0
const hourOf = (moment: Instant) => (Date.parse(moment) - Date.parse(start)) / HOUR_MS

interface Step {
  readonly hour: number
  readonly act: () => Promise<unknown>
}

/** Lives a contract against OpenMeter; answers what is billed of its two weeks. */
async function lived(timeline: readonly Stretch[], used: readonly Used[], more: readonly Step[]): Promise<Owed> {
  const states = timeline.filter(({ state }) => state.activated_at !== null)
  const contract = states[0]?.state
  if (contract === undefined) return {}
  const steps: Step[] = [
    ...states.map(({ from, state }) => ({ hour: hourOf(from), act: () => followContract(ctx, state, from) })),
    // An hour is metered when it is over.
    ...used.map(({ hour, lineId, seconds }) => ({
      hour: hourOf(hour) + 1,
      act: () =>
        usage(
          contract,
          [bucketOf(hour, seconds)],
          contract.lines.find(({ id }) => id === lineId) ?? lineOf(states, lineId),
        ),
    })),
    ...more,
  ]
  for (const hour of [...new Set(steps.map((step) => step.hour))].sort((a, b) => a - b)) {
    await at(addMs(start, hour * HOUR_MS))
    for (const step of steps.filter((one) => one.hour === hour)) await step.act()
    await work()
  }
  for (const hour of [WEEK_H, LIFE_H, LIFE_H + 2]) {
    if (addMs(start, hour * HOUR_MS) <= clock.now()) continue
    await at(addMs(start, hour * HOUR_MS))
    await work()
  }
  const billed = await invoicesOf(contract)
  await ended(contract)
  return owedOf(
    timeline,
    billed.map((invoice) => ratedInvoice(invoice)),
  )
}

function lineOf(states: readonly Stretch[], lineId: string): ContractState['lines'][number] {
  const line = states.flatMap(({ state }) => state.lines).find(({ id }) => id === lineId)
  if (line === undefined) throw new Error('the line was never sold')
  return line
}

async function invoicesOf({ id }: ContractState): Promise<OpenMeterInvoice[]> {
  const customer = await om.customers.get(id)
  const filter = { customers: [customer?.id ?? ''], expand: ['lines' as const], pageSize: 100 }
  const all = (await om.billing.invoices.list(filter))?.items ?? []
  return all.filter(({ status }) => status !== 'gathering') as OpenMeterInvoice[]
}

// What runs on would bill every week of every life that follows.
async function ended({ id }: ContractState): Promise<void> {
  for (const { id: running, status } of await subscriptions(id))
    if (status === 'active') await om.subscriptions.cancel(running, { timing: 'immediate' })
  await db.sql`delete from timers where key = ${id}`
}

async function equals({ id }: ContractState): Promise<void> {
  const mirror = await findMirror(ctx, id)
  const desired = mirror === null ? null : desiredOf(mirror, clock.now())
  if (mirror === null || desired === null) return
  expect(mirror.sync).toMatchObject({ sync_state: 'synced', synced_version: mirror.contract.version })
  expect(await differences(om, desired, clock.now())).toEqual([])
}

const nothing = (owed: Owed) =>
  Object.fromEntries(
    Object.entries(owed)
      .filter(([, { cents }]) => cents !== 0n)
      .map(([key, { cents }]) => [key, cents]),
  )

async function begin(one: Life, late: boolean) {
  await harness.control('DELETE', '/faults')
  start = addMs(start, 4 * WEEK_H * HOUR_MS)
  await at(start)
  const timeline = timelineOf(one, start, late)
  return { timeline, used: usageOf(one, timeline, start) }
}

it(
  'whatever happens to a contract, OpenMeter equals it after each edit, and each buyer is billed what it prices',
  async () => {
    await fc.assert(
      fc.asyncProperty(life, async (one) => {
        const { timeline, used } = await begin(one, false)
        const checks = timeline.map(({ from, state }) => ({ hour: hourOf(from) + 0.5, act: () => equals(state) }))
        const billed = await lived(timeline, used, checks)
        expect(nothing(billed)).toEqual(nothing(dueOf(timeline, used, start)))
      }),
      { numRuns: 6, endOnFailure: true },
    )
    expect((await verify({ db, om })).flatMap(({ findings }) => findings)).toEqual([])
  },
  TIMEOUT_MS,
)

it(
  'answers that are lost on the way change nothing',
  async () => {
    const lost = fc.record({
      life,
      faults: fc.array(
        fc.tuple(
          fc.nat(LIFE_H),
          fc.constantFrom('timeout_after', 'timeout_before', 'error'),
          fc.constantFrom('POST', 'PATCH', 'GET'),
        ),
        { minLength: 2, maxLength: 6 },
      ),
    })
    await fc.assert(
      fc.asyncProperty(lost, async ({ life: one, faults }) => {
        const { timeline, used } = await begin(one, false)
        const id = timeline.find(({ state }) => state.activated_at !== null)?.state
        if (id === undefined) return
        const edits = timeline.map(({ from }) => hourOf(from))
        // Just before an edit, and mended a second after it.
        const strikes = faults.map(([pick, effect, method]) => ({
          hour: (edits[pick % edits.length] ?? 0) - SECOND_H,
          act: () => fault(effect, { method, path_prefix: '/api/v1' }, { status: 503 }),
        }))
        const mends = edits.map((hour) => ({
          hour: hour + SECOND_H,
          act: async () => {
            await harness.control('DELETE', '/faults')
            if ((await findMirror(ctx, id.id)) !== null) await retrySync(ctx, id.id)
          },
        }))
        const billed = await lived(timeline, used, [...strikes, ...mends])
        expect(billed).toSatisfy((owed: Owed) => within(owed, dueOf(timeline, used, start)))
      }),
      { numRuns: 6, endOnFailure: true },
    )
  },
  TIMEOUT_MS,
)

it(
  'OpenMeter that is away while a contract passes on and grows is brought to it, and loses nothing but odd cents',
  async () => {
    await fc.assert(
      fc.asyncProperty(life, async (one) => {
        const { timeline, used } = await begin(one, true)
        const [contract, { from, to }] = [timeline.find(({ state }) => state.activated_at !== null)?.state, awayOf(one)]
        if (contract === undefined) return
        const outage: Step[] = [
          { hour: from - 0.1, act: () => fault('error', {}, { status: 503, remaining: 100_000 }) },
          {
            hour: to - 0.1,
            act: async () => {
              await harness.control('DELETE', '/faults')
              await retrySync(ctx, contract.id)
            },
          },
          { hour: to - 0.05, act: () => equals(contract) },
        ]
        const billed = await lived(timeline, used, outage)
        expect(await syncOf(contract)).toMatchObject({ sync_state: 'synced' })
        expect(billed).toSatisfy((owed: Owed) => within(owed, dueOf(timeline, used, start)))
      }),
      { numRuns: 5, seed: 20_260_115, endOnFailure: true },
    )
  },
  TIMEOUT_MS,
)

/** Equal but for a cent for each piece that was rounded by itself. */
function within(billed: Owed, due: Owed): boolean {
  return [...new Set([...Object.keys(billed), ...Object.keys(due)])].every((key) => {
    const [is, wanted] = [billed[key], due[key]]
    const off = (is?.cents ?? 0n) - (wanted?.cents ?? 0n)
    return (off < 0n ? -off : off) <= BigInt((is?.pieces ?? 0) + (wanted?.pieces ?? 0))
  })
}
