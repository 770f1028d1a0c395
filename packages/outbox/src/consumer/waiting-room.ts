import { gapDelayMs } from './backoff.ts'

interface Guest<T> {
  readonly item: T
  readonly dueMs: number
}

/**
 * Events that came before their predecessor. Kept here and not sent back to the broker, which would return each at a moment of
 * its own and so in any order: a long chain would then close by one or two events every few seconds.
 */
export class WaitingRoom<T extends object> {
  readonly #byKey = new Map<string, Set<Guest<T>>>()
  /** When each was first seen to be early, in milliseconds of `now`. */
  readonly #since = new WeakMap<T, number>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** How long this one has been waiting, over all its visits. */
  waitedMs(item: T, now: number): number {
    const since = this.#since.get(item) ?? now
    this.#since.set(item, since)
    return now - since
  }

  /** To be looked at again after a while, in case another replica applies what is missing. */
  put(key: string, item: T, now: number): void {
    const looks = 1 + Math.floor(Math.log2(1 + this.waitedMs(item, now) / 250))
    const guests = this.#byKey.get(key) ?? new Set<Guest<T>>()
    this.#byKey.set(key, guests.add({ item, dueMs: now + gapDelayMs(looks) }))
    this.#size += 1
  }

  /** All that wait for this aggregate, which has just moved. */
  takeOf(key: string): T[] {
    const guests = this.#byKey.get(key)
    if (guests === undefined) return []
    this.#byKey.delete(key)
    this.#size -= guests.size
    return [...guests].map(({ item }) => item)
  }

  /** All of the aggregates of which one is due. */
  takeDue(now: number): T[] {
    const due = [...this.#byKey].filter(([, guests]) => [...guests].some(({ dueMs }) => dueMs <= now))
    return due.flatMap(([key]) => this.takeOf(key))
  }

  all(): T[] {
    return [...this.#byKey.values()].flatMap((guests) => [...guests].map(({ item }) => item))
  }
}
