/** How what is asked at the same time comes together. */
export interface GatheringOptions<A> {
  /** Does the work of all; never throws. Nobody is held up by it any more once it ends or calls `release`. */
  readonly commit: (asks: readonly A[], release: () => void) => Promise<void>
  /** Of one ask; 1 unless told. */
  readonly sizeOf?: (ask: A) => number
  /** Most in one commit, unless a single ask is larger. */
  readonly most: number
  /** Most commits under way: while they are, the next one gathers. */
  readonly mostCommits: number
  /** Fewer than this are no commit of their own while another is under way: most of its cost is the same for any number. */
  readonly least: number
  /** Called whenever nothing is under way and nothing waits any more. */
  readonly onIdle?: () => void
}

/** Nobody waits when nothing is under way; under load a commit takes whatever arrived during those before it. */
export class Gathering<A> {
  readonly #options: GatheringOptions<A>
  #asks: A[] = []
  #waiting = 0
  #commits = 0
  #planned = false

  constructor(options: GatheringOptions<A>) {
    this.#options = options
  }

  add(ask: A): void {
    this.#asks.push(ask)
    this.#waiting += this.#sizeOf(ask)
    this.#plan()
  }

  #plan(): void {
    const { least, mostCommits } = this.#options
    const enough = this.#commits === 0 ? this.#asks.length > 0 : this.#waiting >= least
    if (this.#planned || !enough || this.#commits >= mostCommits) return
    this.#planned = true
    // Everything that is being read in this turn of the event loop still comes along.
    setImmediate(() => {
      this.#planned = false
      this.#begin()
      this.#plan()
    })
  }

  #begin(): void {
    this.#commits += 1
    let held = true
    const release = () => {
      if (!held) return
      held = false
      this.#commits -= 1
      if (this.#commits === 0 && this.#asks.length === 0) this.#options.onIdle?.()
      this.#plan()
    }
    void this.#options.commit(this.#take(), release).finally(release)
  }

  #take(): A[] {
    const { most } = this.#options
    let size = 0
    let count = 0
    for (const ask of this.#asks) {
      const next = this.#sizeOf(ask)
      if (count > 0 && size + next > most) break
      size += next
      count += 1
    }
    this.#waiting -= size
    return this.#asks.splice(0, count)
  }

  #sizeOf(ask: A): number {
    return this.#options.sizeOf?.(ask) ?? 1
  }
}
