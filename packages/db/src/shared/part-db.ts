import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type { Db, SqlClient, Statement } from '../connect.ts'
import type { Part } from './part.ts'
import type { Round } from './round.ts'

/** What a unit is given that shares its transaction. */
export class PartDb implements Db {
  readonly inTransaction = true
  readonly isShared = true
  readonly #part: Part
  readonly #round: Round
  readonly #claims: Map<string, Part>

  constructor(part: Part, round: Round, claims: Map<string, Part>) {
    this.#part = part
    this.#round = round
    this.#claims = claims
  }

  get sql(): SqlClient {
    return this.leave()
  }

  get orm(): PostgresJsDatabase {
    return this.leave()
  }

  readonly leave = (): never => this.#part.leave()

  readonly afterCommit = (hook: () => void): void => {
    this.#part.hooks.push(hook)
  }

  readonly later = (statement: Promise<unknown>): void => {
    // It has failed by the same: no statement can be sent from here.
    statement.catch(() => undefined)
    this.leave()
  }

  readonly transaction = <T>(work: (db: Db) => Promise<T>): Promise<T> => work(this)

  readonly sharedTransaction = <T>(work: (db: Db) => Promise<T>): Promise<T> => work(this)

  readonly savepoint = async (): Promise<never> => this.leave()

  readonly together = <A, R>(statement: Statement<A, R>, asked: A): Promise<R> => this.#round.ask(statement, asked)

  readonly laterTogether = <A>(statement: Statement<A, unknown>, asked: A): void => {
    this.#part.left.push({ statement: statement as Statement<unknown, unknown>, asked })
  }

  readonly claim = (key: string): void => {
    // What is read under a claim must hold what was written before, and that is still to be sent.
    const holder = this.#claims.get(key) ?? this.#part
    if (this.#part.left.length > 0 || holder !== this.#part) this.leave()
    this.#claims.set(key, this.#part)
  }
}
