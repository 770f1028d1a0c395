import type { Context, Db, Log, Trace } from '@draupnir/db'
import { type Id, newId } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'

export interface UnitOfWork {
  readonly db: Db
  readonly now: Instant
  readonly actor: string
  readonly tenant: Id<'tenant'>
  readonly trace: Trace
  readonly log: Log
}

/** One context for one unit of work: its `now` stands still. */
export function contextFor({ db, now, actor, tenant, trace, log }: UnitOfWork): Context {
  return { db, now: () => now, newId: (kind) => newId(kind, now), actor, tenant, trace, log }
}

/** A log that adds `fields` to every line. */
export function withFields(log: Log, fields: object): Log {
  return {
    debug: (own, message) => log.debug({ ...fields, ...own }, message),
    info: (own, message) => log.info({ ...fields, ...own }, message),
    warn: (own, message) => log.warn({ ...fields, ...own }, message),
    error: (own, message) => log.error({ ...fields, ...own }, message),
  }
}
