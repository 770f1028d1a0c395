import type { Instant } from '@draupnir/time'
import type { Account } from '../account/account.ts'
import type { Balance } from '../account/balance.ts'
import type { ChainHead } from './chain.ts'
import type { Books } from './reduce.ts'
import type { Names } from './transaction.store.ts'
import type { Transaction } from './transaction.ts'

/** An account with the row it is kept in. */
export interface Known {
  readonly balance: Balance
  readonly id: bigint
}

/** What a commit reads under its locks: the books, the rows of its accounts and the lane it writes to. */
export interface Sight extends Omit<Books, 'at'> {
  readonly ids: ReadonlyMap<string, bigint>
  readonly head: ChainHead
}

/** What a commit will have done: what it leaves behind until it has ended. */
export interface Expected {
  readonly changed: readonly Known[]
  readonly transactions: readonly Transaction[]
  readonly head: ChainHead
}

// Each with a set of its own: V8 keeps what was ever in one that is written to all the time until a major collection.
interface UnderWay {
  readonly expected: Expected
  readonly names: ReadonlySet<string>
}

/** A commit's place among those of its marketplace. */
export interface Turn {
  /** Resolves when every commit before this one has ended, one way or the other. */
  readonly others: Promise<void>
  /** The next one may be worked out. */
  readonly workedOut: () => void
  /** This one is committed or rolled back. */
  readonly ended: () => void
}

// Of one marketplace; past it everything is read again.
const MOST_ACCOUNTS = 100_000
const MOST_BLIND = 64
// More than commits are under way at once.
const FEW_LANES = 4

/**
 * What the books of a marketplace will hold when the commits under way have ended, so that the next one is worked out
 * while they are written. It is a guess: whoever uses it compares it with what it has locked before it commits.
 */
export class Forecast {
  readonly #firstLane: number
  readonly #accounts = new Map<string, Known>()
  #underWay: readonly UnderWay[] = []
  #lanes: ChainHead[] = []
  #closedThrough: Instant | null = null
  #workedOut: Promise<void> = Promise.resolve()
  #ended: Promise<void> = Promise.resolve()
  #blind = 0
  #nextBlind = 1

  constructor(firstLane: number) {
    this.#firstLane = firstLane
  }

  /** Where to look for a lane without foreseeing one: beside those that are known, until there are a few. */
  get nextLane(): number {
    return this.#firstLane + ((this.#lanes.length + this.#underWay.length) % FEW_LANES)
  }

  /** Whether guessing is worth it: after a wrong guess it is left alone for a while, longer each time. */
  isTrusted(): boolean {
    if (this.#blind === 0) return true
    this.#blind -= 1
    return false
  }

  /** Waits until every commit before this one is worked out. */
  async turn(): Promise<Turn> {
    const [workedOut, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const before = this.#workedOut
    this.#workedOut = workedOut.promise
    await before
    const others = this.#ended
    this.#ended = Promise.all([others, ended.promise]).then(() => undefined)
    return { others, workedOut: workedOut.resolve, ended: ended.resolve }
  }

  /** Those of the accounts that were not seen yet. */
  unseen(accounts: ReadonlyMap<string, Account>): Map<string, Account> {
    const unseen = new Map<string, Account>()
    for (const [ref, account] of accounts) if (!this.#accounts.has(ref)) unseen.set(ref, account)
    return unseen
  }

  /** The books for these accounts, some of them just looked at; null when an account does not exist or no lane is free. */
  sight(
    accounts: ReadonlyMap<string, Account>,
    looked: ReadonlyMap<string, Known>,
    transactions: readonly Transaction[],
  ): Sight | null {
    const [head] = this.#lanes
    if (head === undefined) return null
    const balances: Balance[] = []
    const ids = new Map<string, bigint>()
    for (const ref of accounts.keys()) {
      const known = this.#accounts.get(ref) ?? looked.get(ref)
      if (known === undefined) return null
      balances.push(known.balance)
      ids.set(ref, known.id)
    }
    return { balances, ids, transactions, head, closedThrough: this.#closedThrough }
  }

  /** Whether a commit under way books or ends what goes by one of these names: what becomes of it must be awaited. */
  isUnderWay({ causes, references, ids, undoes }: Names): boolean {
    const has = (name: string) => this.#underWay.some(({ names }) => names.has(name))
    return (
      causes.some(({ cause }) => has(cause)) ||
      references.some(({ reference }) => has(reference)) ||
      ids.some(has) ||
      undoes.some(has)
    )
  }

  /** A commit is worked out and about to be written. */
  expect(expected: Expected): void {
    const { changed, transactions, head } = expected
    if (this.#accounts.size > MOST_ACCOUNTS) this.#accounts.clear()
    for (const known of changed) this.#accounts.set(known.balance.account.ref, known)
    this.#underWay = [...this.#underWay, { expected, names: new Set(transactions.flatMap(namesOf)) }]
    this.#lanes = this.#lanes.filter(({ lane }) => lane !== head.lane)
  }

  /** It was written: its lane may be used again. */
  kept(expected: Expected, closedThrough: Instant | null, guessed: boolean): void {
    this.#end(expected)
    this.#lanes.push(expected.head)
    this.#closedThrough = closedThrough
    if (guessed) this.#nextBlind = 1
  }

  /** It was not written: nothing that was built on it holds. */
  dropped(expected: Expected): void {
    this.#end(expected)
    for (const { balance } of expected.changed) this.#accounts.delete(balance.account.ref)
  }

  /** A guess was wrong: these accounts are to be looked at again. */
  surprised(refs: Iterable<string>): void {
    for (const ref of refs) this.#accounts.delete(ref)
    this.#lanes = []
    this.#blind = this.#nextBlind
    this.#nextBlind = Math.min(this.#nextBlind * 2, MOST_BLIND)
  }

  #end(expected: Expected): void {
    this.#underWay = this.#underWay.filter((it) => it.expected !== expected)
  }
}

/** Whether the end of the lane and the closing are what was foreseen. */
export function isLaneAsForeseen({ head, closedThrough }: Sight, lane: Pick<Sight, 'head' | 'closedThrough'>): boolean {
  return (
    lane.head.lane === head.lane &&
    lane.head.link === head.link &&
    lane.head.hash === head.hash &&
    lane.closedThrough === closedThrough
  )
}

/** Whether locked accounts are what was foreseen of them, to the last field. */
export function areAsForeseen({ balances, ids }: Sight, locked: Pick<Sight, 'balances' | 'ids'>): boolean {
  const foreseen = new Map(balances.map((balance) => [balance.account.ref, balance]))
  return locked.balances.every((balance) => {
    const { ref } = balance.account
    const guess = foreseen.get(ref)
    return guess !== undefined && isSame(balance, guess) && locked.ids.get(ref) === ids.get(ref)
  })
}

function isSame(some: Balance, other: Balance): boolean {
  return (
    some.version === other.version &&
    some.postedDebits === other.postedDebits &&
    some.postedCredits === other.postedCredits &&
    some.pendingDebits === other.pendingDebits &&
    some.pendingCredits === other.pendingCredits &&
    some.state === other.state
  )
}

// Without their recipes, and all in one set: two that only share a name follow one another, which costs little.
function namesOf({ id, cause, reference, undoes }: Transaction): string[] {
  return [id, cause, reference, undoes].filter((name) => name !== null)
}
