import { Refusal } from '@draupnir/errors'
import { addMs, DAY_MS, type Instant } from '@draupnir/time'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { contractService } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { changeQuantity } from './change-quantity.ts'
import { flatLine, T0 } from './contract.fixture.ts'
import { selectEdits } from './contract.store.ts'
import { fold } from './contract.ts'
import { correctEdit } from './correct-edit.ts'
import { foldAt } from './fold-at.ts'
import { placedEdits } from './placement.store.ts'
import { readContract } from './read-contract.ts'
import { setTerms } from './set-terms.ts'
import { terminateContract } from './terminate-contract.ts'
import { voidEdit } from './void-edit.ts'

const service = await contractService()
const { ctx, db, clock, active } = service
beforeAll(service.onboard)

const hours = (count: number): Instant => addMs(T0, Math.round(count * 3_600_000))
const step = fc.record({
  kind: fc.constantFrom('now', 'now', 'now', 'now', 'past', 'past', 'future', 'correct', 'void', 'end'),
  wait: fc.integer({ min: 0, max: 20 }),
  far: fc.double({ min: 0, max: 1, noNaN: true }),
  quantity: fc.integer({ min: 0, max: 99 }).map(String),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

async function play(one: Step, id: Awaited<ReturnType<typeof active>>['id'], now: number): Promise<void> {
  const log = await selectEdits(ctx, id, 0, 1000)
  const line = log.flatMap((edit) => (edit.operation === 'add_line' ? [edit.payload.line.id] : []))[0]
  const target = log[Math.min(Math.floor(one.far * log.length), log.length - 1)]
  if (line === undefined || target === undefined) throw new Error('no line')
  const change = { line_id: line, quantity: one.quantity }
  if (one.kind === 'now') await changeQuantity(ctx, id, change)
  // Which lasts, unlike a quantity, beyond every snapshot after it.
  if (one.kind === 'past')
    await setTerms(ctx, id, { net_days: Number(one.quantity), effective_at: hours(now * one.far) })
  if (one.kind === 'future') await changeQuantity(ctx, id, { ...change, effective_at: hours(now + 100 * one.far) })
  if (one.kind === 'correct')
    await correctEdit(ctx, id, { edit_id: target.id, replacement: null, effective_at: hours(now * one.far) })
  if (one.kind === 'void') await voidEdit(ctx, id, { edit_id: target.id })
  if (one.kind === 'end')
    await terminateContract(ctx, id, { when: 'at', at: addMs(hours(now), 90 * DAY_MS), cause: 'x' })
}

it('reads from snapshots what the whole log folds to, for every pair of times, and refuses without a trace', async () => {
  let refused = 0
  const pair = fc.tuple(fc.double({ min: 0, max: 1.2, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 120, maxLength: 160 }),
      fc.array(pair, { minLength: 25, maxLength: 25 }),
      async (list, pairs) => {
        clock.set(T0)
        const { id } = await active(flatLine())
        let now = 0
        for (const one of list) {
          now += one.wait / 10
          clock.set(hours(now))
          await play(one, id, now).catch((error: unknown) => {
            if (!(error instanceof Refusal)) throw error
            refused += 1
          })
        }
        const log = await selectEdits(ctx, id, 0, 1000)
        for (const [a, k] of pairs) {
          const viewpoint = { asOf: hours(now * a), knownAt: hours(now * k) }
          expect(await foldAt(ctx, id, viewpoint)).toEqual(fold(log, viewpoint))
        }
        expect(await readContract(ctx, id)).toMatchObject({ ...fold(log, { asOf: hours(now), knownAt: hours(now) }) })
      },
    ),
    { numRuns: 5, endOnFailure: true },
  )
  expect(refused).toBeGreaterThan(10)
  expect((await verify({ db })).flatMap(({ findings }) => findings)).toEqual([])
  const [rows] = await db.sql<{ n: number }[]>`select count(*)::int as n from contract_snapshots`
  expect(rows?.n).toBeGreaterThan(2)
}, 120_000)

it('reads more edits than one statement does, each of them once, though three begin at each moment', async () => {
  clock.set(T0)
  const { id, lines } = await active(flatLine())
  const line_id = lines[0]?.id
  if (line_id === undefined) throw new Error('no line')
  const moments = Array.from({ length: 150 }, (_, n) => hours(1 + Math.floor(n / 3)))
  for (const effective_at of moments) await changeQuantity(ctx, id, { line_id, quantity: '7', effective_at })
  const log = await selectEdits(ctx, id, 0, 1000)
  const read = await placedEdits(ctx, id, { effective_at: T0, rank: 1_000 }, log.length)
  expect(read).toEqual(log.filter((edit) => edit.effective_at > T0))
})
