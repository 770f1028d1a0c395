import type { SqlClient, Statement } from '../connect.ts'

interface Asking {
  readonly asked: unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Brings together what is asked in one turn of the event loop. */
export class Round {
  readonly #sql: SqlClient
  #asking = new Map<Statement<unknown, unknown>, Asking[]>()
  failed = false

  constructor(sql: SqlClient) {
    this.#sql = sql
  }

  ask<A, R>(statement: Statement<A, R>, asked: A): Promise<R> {
    return new Promise<unknown>((resolve, reject) => {
      if (this.#asking.size === 0) setImmediate(() => this.#send())
      listed(this.#asking, statement as Statement<unknown, unknown>).push({ asked, resolve, reject })
    }) as Promise<R>
  }

  #send(): void {
    const asking = this.#asking
    this.#asking = new Map()
    for (const [statement, list] of asking) void this.#answer(statement, list)
  }

  async #answer(statement: Statement<unknown, unknown>, list: readonly Asking[]): Promise<void> {
    try {
      const answers = await statement(
        this.#sql,
        list.map(({ asked }) => asked),
      )
      for (const [index, { resolve }] of list.entries()) resolve(answers[index])
    } catch (error) {
      this.failed = true
      for (const { reject } of list) reject(error)
    }
  }
}

/** The list of a key, made when there is none. */
export function listed<K, V>(map: Map<K, V[]>, key: K): V[] {
  const list = map.get(key) ?? []
  map.set(key, list)
  return list
}
