import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type { Db, SqlClient, Statement } from '../connect.ts'

/** What a unit is given that came alone: a transaction of its own, which holds nobody up once it needs one. */
export class LoneDb implements Db {
  readonly inTransaction = true
  readonly isShared = true
  readonly leave: () => never
  readonly #own: Db
  readonly #release: () => void

  constructor(own: Db, release: () => void, leave: () => never) {
    this.#own = own
    this.#release = release
    this.leave = leave
  }

  get sql(): SqlClient {
    return this.#released().sql
  }

  get orm(): PostgresJsDatabase {
    return this.#released().orm
  }

  readonly afterCommit = (hook: () => void): void => {
    this.#own.afterCommit(hook)
  }

  readonly later = (statement: Promise<unknown>): void => {
    this.#released().later(statement)
  }

  readonly savepoint = <T>(work: (db: Db) => Promise<T>): Promise<T> => this.#released().savepoint(work)

  readonly transaction = <T>(work: (db: Db) => Promise<T>): Promise<T> => work(this)

  readonly sharedTransaction = <T>(work: (db: Db) => Promise<T>): Promise<T> => work(this)

  readonly together = <A, R>(statement: Statement<A, R>, asked: A): Promise<R> => this.#own.together(statement, asked)

  readonly laterTogether = <A>(statement: Statement<A, unknown>, asked: A): void => {
    this.#own.laterTogether(statement, asked)
  }

  readonly claim = (key: string): void => {
    this.#own.claim(key)
  }

  #released(): Db {
    this.#release()
    return this.#own
  }
}
