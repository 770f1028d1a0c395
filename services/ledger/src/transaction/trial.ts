import { required } from '@draupnir/errors'
import type { Instant } from '@draupnir/time'
import type { Expected, Forecast, Sight, Turn } from './forecast.ts'
import type { Worked } from './work-out.ts'

/** One try to commit a batch, and what the forecast is told of it. Without a forecast nobody is told. */
export class Trial {
  readonly forecast: Forecast | null
  /** Whether the batch is to be worked out before the books are locked. */
  readonly guesses: boolean
  #guessed: readonly string[] | null = null
  #expected: Expected | null = null
  #closedThrough: Instant | null = null
  #turn: Turn | null = null

  constructor(forecast: Forecast | null, first: boolean) {
    this.forecast = forecast
    this.guesses = first && forecast?.isTrusted() === true
  }

  /** From where on to look for a free lane: processes that write to lanes of their own do not surprise each other. */
  get nextLane(): number {
    return this.forecast?.nextLane ?? 0
  }

  /** Does `work` when every commit before this one is worked out. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#turn?.ended()
    this.#turn = (await this.forecast?.turn()) ?? null
    try {
      return await work()
    } finally {
      this.#turn?.workedOut()
    }
  }

  /** Waits until every commit before this one has ended: what it was worked out over is then in the books, or never will be. */
  async others(): Promise<void> {
    await this.#turn?.others
  }

  /** The batch is worked out over the locked books and about to be written. */
  expect({ accepted, changed, link }: Worked, ids: ReadonlyMap<string, bigint>, closedThrough: Instant | null): void {
    if (this.forecast === null || accepted.length === 0) return
    this.#closedThrough = closedThrough
    this.#expected = {
      changed: changed.map((balance) => ({
        balance,
        id: required(ids.get(balance.account.ref), 'the account has a row'),
      })),
      transactions: accepted,
      head: { lane: link.lane, link: link.link, hash: link.hash },
    }
    this.forecast.expect(this.#expected)
  }

  /** The same over books that are not locked yet. */
  guess(worked: Worked, { ids, closedThrough }: Sight, refs: Iterable<string>): void {
    this.#guessed = [...refs]
    this.expect(worked, ids, closedThrough)
  }

  kept(): void {
    if (this.#expected !== null) this.forecast?.kept(this.#expected, this.#closedThrough, this.#guessed !== null)
    this.#turn?.ended()
  }

  /** Nothing was committed; whether it was worked out over books that were only foreseen. */
  dropped(): boolean {
    if (this.#expected !== null) this.forecast?.dropped(this.#expected)
    if (this.#guessed !== null) this.forecast?.surprised(this.#guessed)
    this.#turn?.ended()
    return this.#guessed !== null
  }
}
