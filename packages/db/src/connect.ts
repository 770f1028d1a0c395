import { Defect } from '@draupnir/errors'
import { fromEpochMs, type Instant } from '@draupnir/time'
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { sharedTransactions } from './shared/shared-transactions.ts'

/** Extra values a query may take besides postgres.js's own. */
export type SqlTypes = { bigint: bigint; instant: Instant; json: unknown }
/** postgres.js, on the pool or inside a transaction: `int8` is `bigint`, `timestamptz` is `Instant`, `jsonb` is an object. */
export type SqlClient = postgres.ISql<SqlTypes>
type Pool = postgres.Sql<SqlTypes>
type TransactionClient = postgres.TransactionSql<SqlTypes>

/** One statement that serves all who ask the same: an answer for each, in order. */
export type Statement<A, R> = (sql: SqlClient, asked: readonly A[]) => Promise<readonly R[]>

export interface Db {
  readonly sql: SqlClient
  readonly orm: PostgresJsDatabase
  readonly inTransaction: boolean
  /** Runs after the open transaction commits (at once when there is none); dropped on rollback. Must not throw. */
  readonly afterCommit: (hook: () => void) => void
  /**
   * Sends a statement on that nobody waits for before the transaction (or savepoint) ends, so that it travels with what
   * comes next and with the commit; its failure fails the transaction. Only inside one, and for `sql`: drizzle sends late.
   */
  readonly later: (statement: Promise<unknown>) => void
  /** Opens a transaction, or joins the open one. */
  readonly transaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>
  /** Like `transaction`, but inside an open one it is a savepoint: a throw undoes only `work`. */
  readonly savepoint: <T>(work: (db: Db) => Promise<T>) => Promise<T>
  /**
   * Like `transaction`, but one commit may carry several units of work that come at the same time, each done or failed by
   * itself. A unit reads by `together`, writes by `laterTogether`, and names by `claim` what nobody else may touch
   * meanwhile; when it needs anything else, `work` is run again in a transaction of its own.
   */
  readonly sharedTransaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>
  /** Whether others may be in this transaction, or wait for its end, so that it waits for nobody. */
  readonly isShared: boolean
  /** Asks a statement, along with the units it shares the transaction with; at once where there are none. */
  readonly together: <A, R>(statement: Statement<A, R>, asked: A) => Promise<R>
  /** Leaves for the commit what nobody waits for, as `later` does. In a shared transaction no statement of it sees it. */
  readonly laterTogether: <A>(statement: Statement<A, unknown>, asked: A) => void
  /** Nobody else in this transaction touches what `key` names: whoever claims it second gets a transaction of its own. */
  readonly claim: (key: string) => void
  /** Begins again in a transaction of its own. Only in a shared one. */
  readonly leave: () => never
}

export interface DbPool extends Db {
  readonly pool: Pool
  readonly close: () => Promise<void>
}

export interface ConnectOptions {
  readonly url: string
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  readonly maxConnections?: number
  readonly searchPath?: string
  /** Milliseconds; 0 switches it off. */
  readonly statementTimeoutMs?: number
}

/** Opens a pool; connections are made on first use. The role's own search_path applies unless one is given. */
export function connect(options: ConnectOptions): DbPool {
  const pool = postgres(options.url, {
    max: options.maxConnections ?? 8,
    connection: {
      application_name: options.applicationName,
      statement_timeout: options.statementTimeoutMs ?? 30_000,
      idle_in_transaction_session_timeout: 60_000,
      ...(options.searchPath === undefined ? {} : { search_path: options.searchPath }),
    },
    types: { bigint: postgres.BigInt, instant: INSTANT, json: JSON_TEXT },
    connect_timeout: 10,
    backoff: (attempt: number) => Math.min(0.1 * 2 ** attempt, 2),
    onnotice: () => undefined,
  })
  return { ...poolDb(pool), pool, close: () => pool.end({ timeout: 5 }) }
}

const INSTANT: postgres.PostgresType<Instant> = {
  to: 1184,
  from: [1184],
  serialize: (value: Instant) => value,
  parse: (text: string): Instant => utc(text) ?? fromEpochMs(Date.parse(text)),
}
const UTC = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,3})\d*)?\+00$/

// What Postgres writes in UTC is nearly an Instant: rewriting it costs a fifth of taking it apart.
function utc(text: string): Instant | null {
  const [, day, time, fraction = ''] = UTC.exec(text) ?? []
  return day === undefined ? null : (`${day}T${time}.${fraction.padEnd(3, '0')}Z` as Instant)
}

// Drizzle hands over JSON text, raw queries hand over objects: a string is taken as text already.
const JSON_TEXT: postgres.PostgresType<unknown> = {
  to: 3802,
  from: [114, 3802],
  serialize: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
  parse: (text: string): unknown => JSON.parse(text),
}

const ALONE = {
  isShared: false,
  claim: () => undefined,
  leave: (): never => {
    throw new Defect('this transaction is not shared')
  },
} as const

function poolDb(pool: Pool): Db {
  const begin = <T>(work: (db: Db) => Promise<T>): Promise<T> => beginTransaction(pool, work)
  const outside = (): never => {
    throw new Defect('a statement can be left for later inside a transaction only')
  }
  return {
    ...ALONE,
    sql: pool,
    orm: ormOver(pool),
    inTransaction: false,
    afterCommit: (hook) => hook(),
    later: outside,
    transaction: begin,
    savepoint: begin,
    sharedTransaction: sharedTransactions(begin),
    together: (statement, asked) => once(pool, statement, asked),
    laterTogether: outside,
  }
}

async function once<A, R>(sql: SqlClient, statement: Statement<A, R>, asked: A): Promise<R> {
  const [answer] = await statement(sql, [asked])
  return answer as R
}

async function beginTransaction<T>(pool: Pool, work: (db: Db) => Promise<T>): Promise<T> {
  const ending = new Ending()
  const result = await ending.of(() => pool.begin((client) => work(new TransactionDb(client, ending))))
  for (const hook of ending.hooks) hook()
  return result as T
}

/** What is still to come when the work of a transaction or savepoint is done. */
class Ending {
  readonly hooks: (() => void)[] = []
  readonly #sent: Promise<unknown>[] = []

  later(statement: Promise<unknown>): void {
    this.#sent.push(statement)
    // It is answered for by the end; until then a failure must not count as unhandled.
    statement.catch(() => undefined)
  }

  /** Postgres answers the commit of a failed transaction with a rollback and no error: what was sent has to be asked. */
  async of<T>(work: () => Promise<T>): Promise<T> {
    const result = await work()
    await Promise.all(this.#sent)
    return result
  }
}

// Not an object literal with a getter: V8 keeps what one of those holds, here all of a transaction, until a major collection.
class TransactionDb implements Db {
  readonly sql: TransactionClient
  readonly inTransaction = true
  readonly isShared = false
  readonly claim = ALONE.claim
  readonly leave = ALONE.leave
  readonly #ending: Ending
  #orm: PostgresJsDatabase | null = null

  constructor(sql: TransactionClient, ending: Ending) {
    this.sql = sql
    this.#ending = ending
  }

  get orm(): PostgresJsDatabase {
    this.#orm ??= ormOver(this.sql)
    return this.#orm
  }

  readonly afterCommit = (hook: () => void): void => {
    this.#ending.hooks.push(hook)
  }

  readonly later = (statement: Promise<unknown>): void => {
    this.#ending.later(statement)
  }

  readonly transaction = <T>(work: (db: Db) => Promise<T>): Promise<T> => work(this)

  readonly sharedTransaction = <T>(work: (db: Db) => Promise<T>): Promise<T> => work(this)

  readonly savepoint = <T>(work: (db: Db) => Promise<T>): Promise<T> => withSavepoint(this.sql, this.#ending, work)

  readonly together = <A, R>(statement: Statement<A, R>, asked: A): Promise<R> => once(this.sql, statement, asked)

  readonly laterTogether = <A>(statement: Statement<A, unknown>, asked: A): void => {
    this.#ending.later(statement(this.sql, [asked]))
  }
}

async function withSavepoint<T>(client: TransactionClient, outer: Ending, work: (db: Db) => Promise<T>): Promise<T> {
  const own = new Ending()
  const result = await client.savepoint((nested) => own.of(() => work(new TransactionDb(nested, own))))
  outer.hooks.push(...own.hooks)
  return result as T
}

// Drizzle replaces the parsers and serializers of the client it is given; this facade keeps ours untouched.
function ormOver(client: SqlClient): PostgresJsDatabase {
  const facade = {
    options: { parsers: {}, serializers: {} },
    unsafe: (query: string, parameters: never[]) => client.unsafe(query, parameters, { prepare: true }),
  }
  return drizzle(facade as unknown as Pool)
}
