import { Refusal } from '@draupnir/errors'
import { type Id, newId } from '@draupnir/ids'
import { addMs, type Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { buyer, flatLine, seller, T0, terms } from './contract.fixture.ts'
import { apply, type Decision, type Edit, elapse, fold } from './contract.ts'
import { decideActivate, decideAddLine, decideCreate, decideTerminate } from './decide.ts'
import { brokenInvariant } from './invariants.ts'

type Step = { readonly waitMs: number } & (
  | { readonly kind: 'add'; readonly quantity: number }
  | { readonly kind: 'activate'; readonly backMs: number | null }
  | { readonly kind: 'end'; readonly when: 'now' | 'period_end' }
  | { readonly kind: 'endAt'; readonly inMs: number }
)

const MINUTE = 60_000
const MONTH = 31 * 24 * 60 * MINUTE
const wait = fc.integer({ min: 0, max: MONTH })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), waitMs: wait, quantity: fc.integer({ min: 0, max: 5 }) }),
  fc.record({
    kind: fc.constant('activate' as const),
    waitMs: wait,
    backMs: fc.option(fc.integer({ min: -MINUTE, max: MONTH })),
  }),
  fc.record({ kind: fc.constant('end' as const), waitMs: wait, when: fc.constantFrom('now', 'period_end') }),
  fc.record({ kind: fc.constant('endAt' as const), waitMs: wait, inMs: fc.integer({ min: -MINUTE, max: 3 * MONTH }) }),
)

interface World {
  now: Instant
  log: Edit[]
  head: ContractState
  refused: number
}

function decide(head: ContractState, log: readonly Edit[], one: Step, now: Instant): Decision | null {
  const terminations = log.filter((edit) => edit.operation === 'terminate')
  const previous: Id<'contractEdit'> | null = terminations.at(-1)?.id ?? null
  switch (one.kind) {
    case 'add': {
      const line = flatLine({ quantity: String(one.quantity) })
      return decideAddLine(head, newId('contractLine', now), line, { seller, devices: [], holders: [] }, now)
    }
    case 'activate':
      return decideActivate(head, { billing_anchor: one.backMs === null ? null : addMs(now, -one.backMs) }, now)
    case 'end':
      return decideTerminate(head, { when: one.when, cause: 'x' }, previous, now)
    case 'endAt':
      return decideTerminate(head, { when: 'at', at: addMs(now, one.inMs), cause: 'x' }, previous, now)
  }
}

function edited(decision: Decision, seq: number, now: Instant): Edit {
  return { ...decision, id: newId('contractEdit', now), seq, recorded_at: now, actor: 'x' }
}

function play(steps: readonly Step[], look: (world: World) => void): World {
  const first = edited(decideCreate(newId('contract', T0), terms, buyer, T0), 1, T0)
  const world: World = { now: T0, log: [first], head: apply(null, first, T0) as ContractState, refused: 0 }
  look(world)
  for (const one of steps) {
    world.now = addMs(world.now, one.waitMs)
    world.head = elapse(world.head, world.now)
    try {
      const decision = decide(world.head, world.log, one, world.now)
      if (decision !== null) {
        const edit = edited(decision, world.log.length + 1, world.now)
        world.log = [...world.log, edit]
        world.head = apply(world.head, edit, world.now) as ContractState
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      world.refused += 1
    }
    look(world)
  }
  return world
}

const steps = fc.array(step, { maxLength: 12 })

it('keeps the stored state equal to the fold of the log', () => {
  fc.assert(
    fc.property(steps, (list) => {
      play(list, ({ log, head, now }) => expect(fold(log, { knownAt: now, asOf: now })).toEqual(head))
    }),
    { numRuns: 1000 },
  )
})

it('keeps every invariant, whatever is asked', () => {
  fc.assert(
    fc.property(steps, (list) => {
      play(list, ({ head }) => expect(brokenInvariant(head)).toBeNull())
    }),
    { numRuns: 1000 },
  )
})

it('never changes what was believed at a past moment', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const beliefs: { at: Instant; state: ContractState | null }[] = []
      const { log } = play(list, (world) => {
        // Later edits of the same moment are known at that moment too.
        beliefs.splice(0, beliefs.length, ...beliefs.filter(({ at }) => at < world.now))
        beliefs.push({ at: world.now, state: world.head })
      })
      for (const { at, state } of beliefs) expect(fold(log, { knownAt: at, asOf: at })).toEqual(state)
    }),
    { numRuns: 500 },
  )
})

it('folds the log in whatever order it is read', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const { log, now } = play(list, () => undefined)
      expect(fold(log.toReversed(), { knownAt: now, asOf: now })).toEqual(fold(log, { knownAt: now, asOf: now }))
    }),
    { numRuns: 300 },
  )
})

it('is nothing before it was known', () => {
  const first = edited(decideCreate(newId('contract', T0), terms, buyer, T0), 1, T0)
  expect(fold([first], { knownAt: addMs(T0, -1), asOf: T0 })).toBeNull()
  expect(fold([first], { knownAt: T0, asOf: addMs(T0, -1) })).toBeNull()
})
