import { Refusal, type RefusalCode, type RefusalContext } from '@draupnir/errors'
import { expect } from 'vitest'

/** The pure heart of an aggregate: what happened makes the state, the state and a command make what happens. */
export interface Decider<State, Command, Fact> {
  readonly initial: () => State
  readonly evolve: (state: State, fact: Fact) => State
  /** Throws a `Refusal` when a rule says no. */
  readonly decide: (state: State, command: Command) => Fact | readonly Fact[] | null
}

export interface Outcome<State, Fact> {
  /** Exactly these facts, in this order. */
  readonly thenFacts: (...facts: readonly Fact[]) => void
  readonly thenNothing: () => void
  readonly thenRefuses: (code: RefusalCode, context?: RefusalContext) => void
  /** The state after what happened. */
  readonly thenState: (check: (state: State) => void) => void
}

export interface Given<State, Command, Fact> {
  readonly when: (command: Command) => Outcome<State, Fact>
}

/** `const given = specify(contract)`, then `given(created).when(addLine).thenFacts(lineAdded)`. */
export function specify<State, Command, Fact>(
  decider: Decider<State, Command, Fact>,
): (...facts: readonly Fact[]) => Given<State, Command, Fact> {
  return (...past) => ({
    when: (command) => {
      const before = past.reduce(decider.evolve, decider.initial())
      const decide = () => listOf(decider.decide(before, command))
      return {
        thenFacts: (...facts) => expect(decide()).toEqual(facts),
        thenNothing: () => expect(decide()).toEqual([]),
        thenRefuses: (code, context) => expectRefusal(decide, code, context),
        thenState: (check) => check(decide().reduce(decider.evolve, before)),
      }
    },
  })
}

/** Expects `work` to throw the refusal `code`, with at least `context`. Returns the refusal. */
export function expectRefusal(work: () => unknown, code: RefusalCode, context: RefusalContext = {}): Refusal {
  return checkRefusal(thrownBy(work), code, context)
}

/** Like `expectRefusal`, for promises. */
export async function expectRejection(
  work: Promise<unknown>,
  code: RefusalCode,
  context: RefusalContext = {},
): Promise<Refusal> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  return checkRefusal(thrown, code, context)
}

function checkRefusal(thrown: unknown, code: RefusalCode, context: RefusalContext): Refusal {
  if (!(thrown instanceof Refusal)) throw thrown ?? new Error(`expected the refusal ${code}, nothing was refused`)
  expect(thrown.code).toBe(code)
  expect(thrown.context).toMatchObject(context)
  return thrown
}

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

function listOf<Fact>(decision: Fact | readonly Fact[] | null): readonly Fact[] {
  if (decision === null) return []
  return isList(decision) ? decision : [decision]
}

function isList<Fact>(decision: Fact | readonly Fact[]): decision is readonly Fact[] {
  return Array.isArray(decision)
}
