import type { Id, IdKind } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { Db } from './connect.ts'

export interface Log {
  readonly debug: (fields: object, message: string) => void
  readonly info: (fields: object, message: string) => void
  readonly warn: (fields: object, message: string) => void
  readonly error: (fields: object, message: string) => void
}

/** Where a unit of work comes from; travels with every event it emits. */
export interface Trace {
  readonly correlationId: string
  readonly causationId: string | null
  readonly traceparent: string | null
}

/** One unit of work: a request, a batch of messages or a timer, at one moment, for one tenant. */
export interface Context {
  readonly db: Db
  readonly now: () => Instant
  readonly newId: <K extends IdKind>(kind: K) => Id<K>
  /** `key_…`, `service:billing`, `timer:…`: who is answerable for what happens. */
  readonly actor: string
  readonly tenant: Id<'tenant'>
  readonly trace: Trace
  readonly log: Log
}

/** Runs `work` in a transaction, joining one that is already open. Nothing is retried. */
export function transact<C extends Pick<Context, 'db'>, T>(ctx: C, work: (ctx: C) => Promise<T>): Promise<T> {
  return ctx.db.transaction((db) => work({ ...ctx, db }))
}

/** `transact`, in a transaction that other units of work may share: see `Db.sharedTransaction`. `work` may be run twice, so it changes nothing but by `ctx.db`. */
export function transactTogether<C extends Pick<Context, 'db'>, T>(ctx: C, work: (ctx: C) => Promise<T>): Promise<T> {
  return ctx.db.sharedTransaction((db) => work({ ...ctx, db }))
}

/** Runs `work` so that a throw undoes only what `work` did, even inside an open transaction. */
export function attempt<C extends Pick<Context, 'db'>, T>(ctx: C, work: (ctx: C) => Promise<T>): Promise<T> {
  return ctx.db.savepoint((db) => work({ ...ctx, db }))
}
