import type { Context, Db } from '@draupnir/db'
import type { Instant } from '@draupnir/time'
import type { Backoff } from './backoff.ts'

/** What a Zod schema offers; data that does not fit is a poison timer. */
export interface DataSchema<T> {
  readonly parse: (data: unknown) => T
}

/** A sweep belongs to no tenant: it looks at all of them and works for one at a time. */
export interface SweepContext<C extends Context = Context> extends Pick<Context, 'db' | 'now' | 'log'> {
  readonly forTenant: (tenant: Context['tenant']) => C
}

export interface TimerDefinition<C extends Context = Context> {
  readonly type: 'timer'
  readonly kind: string
  readonly run: (ctx: C, data: unknown) => Promise<void>
}

export interface ActivityDefinition<C extends Context = Context> {
  readonly type: 'activity'
  readonly kind: string
  readonly backoff: Backoff
  readonly timeoutMs: number
  /** Calls the provider; the answer settles it, inside a transaction. */
  readonly perform: (ctx: C, data: unknown, attempt: number) => Promise<(ctx: C) => Promise<void>>
  readonly failed: (ctx: C, data: unknown, error: unknown, attempt: number, next: Instant | null) => Promise<void>
}

export interface SweepDefinition<C extends Context = Context> {
  readonly type: 'sweep'
  readonly kind: string
  readonly everyMs: number
  readonly run: (ctx: SweepContext<C>) => Promise<void>
}

export interface FollowerDefinition<C extends Context = Context> {
  readonly type: 'follower'
  readonly kind: string
  readonly backoff: Backoff
  readonly behind: (db: Db, now: Instant) => Promise<number>
  readonly run: (ctx: SweepContext<C>) => Promise<void>
}

export type Definition<C extends Context = Context> =
  | TimerDefinition<C>
  | ActivityDefinition<C>
  | SweepDefinition<C>
  | FollowerDefinition<C>

/** A timer: `run` in one transaction with its removal, so it happens exactly once. */
export function timer<C extends Context, T>(
  kind: string,
  schema: DataSchema<T>,
  run: (ctx: C, data: T) => Promise<void>,
): TimerDefinition<C> {
  return { type: 'timer', kind, run: async (ctx, data) => run(ctx, schema.parse(data)) }
}

export interface ActivityOptions<C extends Context, T, R> {
  /** Outside any transaction, at least once: the provider's idempotency key must be stored before. Attempts count from 1. */
  readonly perform: (ctx: C, data: T, attempt: number) => Promise<R>
  /** In one transaction with the end of the activity. */
  readonly settle: (ctx: C, data: T, result: R) => Promise<void>
  /** In one transaction with the record of the failure; `next` is null when no further attempt will be made. */
  readonly failed?: (ctx: C, data: T, error: unknown, attempt: number, next: Instant | null) => Promise<void>
  readonly backoff: Backoff
  /** Milliseconds after which an attempt counts as failed; a minute by default. */
  readonly timeoutMs?: number
}

/** An activity: a timer that calls a provider. */
export function activity<C extends Context, T, R>(
  kind: string,
  schema: DataSchema<T>,
  options: ActivityOptions<C, T, R>,
): ActivityDefinition<C> {
  return {
    type: 'activity',
    kind,
    backoff: options.backoff,
    timeoutMs: options.timeoutMs ?? 60_000,
    perform: async (ctx, raw, attempt) => {
      const data = schema.parse(raw)
      const result = await options.perform(ctx, data, attempt)
      return (settleCtx) => options.settle(settleCtx, data, result)
    },
    failed: async (ctx, raw, error, attempt, next) => {
      await options.failed?.(ctx, schema.parse(raw), error, attempt, next)
    },
  }
}

/** Recurring work for the whole service, outside any transaction; missed runs collapse into one and never stop the test clock. */
export function sweep<C extends Context = Context>(
  kind: string,
  { everyMs }: { readonly everyMs: number },
  run: (ctx: SweepContext<C>) => Promise<void>,
): SweepDefinition<C> {
  return { type: 'sweep', kind, everyMs, run }
}

export interface FollowerOptions<C extends Context = Context> {
  /** How much there is to do, by what the tables say; 0 when it has caught up. Cheap: it is asked again and again. */
  readonly behind: (db: Db, now: Instant) => Promise<number>
  /** Takes the next steps, outside any transaction, at least once; each must leave less to do, or fail. */
  readonly run: (ctx: SweepContext<C>) => Promise<void>
  /** After a failure, on the domain clock; without end. */
  readonly backoff: Backoff
}

/** Work that trails behind a table: runs while there is any, one replica at a time; nothing has to ask for it. Never stops the test clock. */
export function follower<C extends Context = Context>(
  kind: string,
  options: FollowerOptions<C>,
): FollowerDefinition<C> {
  return { type: 'follower', kind, ...options }
}
