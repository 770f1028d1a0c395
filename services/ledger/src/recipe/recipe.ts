import { fromWire, type Money } from '@draupnir/money'
import { positiveMoneyField } from '@draupnir/wire'
import type { z } from 'zod'
import type { Account } from '../account/account.ts'
import type { Posting } from '../transaction/transaction.ts'

/** One posting as an accountant reads it: debit, credit, amount in minor units. */
export type GoldenRow = readonly [debit: string, credit: string, amount: string]

interface Head {
  /** Permanent: it is written into every transaction. */
  readonly code: string
  /** What happened in the world, and what the books then say. */
  readonly story: string
  /** How the money goes back: the code of another recipe, or the same postings mirrored. */
  readonly undo: { readonly by: string; readonly note: string }
  /** Booked pending by one person, posted by another. */
  readonly twoPeople?: boolean
}

export interface RecipeDefinition<S extends z.ZodType> extends Head {
  readonly input: S
  readonly postings: (input: z.output<S>) => readonly Posting[]
  readonly golden: readonly {
    readonly given: string
    readonly input: z.input<S>
    readonly rows: readonly GoldenRow[]
  }[]
}

/** The only way to post: a pure function from a fact to postings, under a permanent code. */
export interface Recipe<Input = never> extends Head {
  readonly input: z.ZodType
  /** Parses the input, then makes the postings. */
  readonly post: (input: Input) => readonly Posting[]
  /** The same for input of anybody's: the postings, or what does not fit. */
  readonly read: (input: unknown) => z.ZodSafeParseResult<readonly Posting[]>
  readonly golden: readonly {
    readonly given: string
    readonly rows: readonly GoldenRow[]
    readonly actual: () => readonly Posting[]
  }[]
}

/** Money above zero, read into exact money. */
export const amountInput = positiveMoneyField.transform((wire) => fromWire(wire))

/** One posting. */
export function moves(debit: Account, credit: Account, amount: Money): Posting {
  return { debit, credit, amount }
}

export function recipe<S extends z.ZodType>(definition: RecipeDefinition<S>): Recipe<z.input<S>> {
  const { code, story, undo, input, twoPeople = false } = definition
  const post = (raw: z.input<S>) => definition.postings(input.parse(raw))
  const golden = definition.golden.map(({ given, rows, input: raw }) => ({ given, rows, actual: () => post(raw) }))
  const read = (raw: unknown) => {
    const parsed = input.safeParse(raw)
    return parsed.success
      ? ({ success: true, data: definition.postings(parsed.data) } as const)
      : ({ success: false, error: parsed.error as z.ZodError } as const)
  }
  return { code, story, undo, twoPeople, input, post, read: read as Recipe['read'], golden }
}

export function rowsOf(postings: readonly Posting[]): GoldenRow[] {
  return postings.map(({ debit, credit, amount }) => [debit.ref, credit.ref, amount.amount.toString()])
}
