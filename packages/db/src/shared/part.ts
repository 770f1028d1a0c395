import type { Db, Statement } from '../connect.ts'
import { PartDb } from './part-db.ts'
import type { Round } from './round.ts'

export interface Unit {
  readonly work: (db: Db) => Promise<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

export type Outcome =
  | { readonly type: 'done'; readonly value: unknown }
  | { readonly type: 'failed'; readonly error: unknown }
  /** It needs a transaction of its own. */
  | { readonly type: 'own' }

export const OWN: Outcome = { type: 'own' }
export const failed = (error: unknown): Outcome => ({ type: 'failed', error })

/** Thrown where a unit asks for what a shared transaction does not give. */
export class NeedsOwn extends Error {
  constructor() {
    super('needs a transaction of its own')
  }
}

/** What one unit does in a transaction that it shares. */
export class Part {
  readonly unit: Unit
  readonly left: { readonly statement: Statement<unknown, unknown>; readonly asked: unknown }[] = []
  readonly hooks: (() => void)[] = []
  outcome: Outcome = OWN
  #leaves = false

  constructor(unit: Unit) {
    this.unit = unit
  }

  async run(round: Round, claims: Map<string, Part>): Promise<void> {
    try {
      const value = await this.unit.work(new PartDb(this, round, claims))
      this.outcome = { type: 'done', value }
    } catch (error) {
      // What came of a statement that served others too is nothing it has failed by.
      this.outcome = round.failed ? OWN : failed(error)
    }
    // Also when the work has caught what told it so.
    if (this.#leaves) this.outcome = OWN
  }

  leave(): never {
    this.#leaves = true
    throw new NeedsOwn()
  }
}
