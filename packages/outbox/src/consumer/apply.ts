import { type Context, crashPoint, type Db, type DbPool, type Trace } from '@draupnir/db'
import { Refusal } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { Event } from '@draupnir/wire'
import { park } from '../parked/parked.store.ts'
import { lockCursors, saveCursors } from './cursor.store.ts'
import type { Incoming, Poison } from './decode.ts'
import { settle } from './inbox.store.ts'
import { aggregateKey, type Cursor, group, plan, type Verdict } from './plan.ts'
import { advanceStraight, type Straight, straighten } from './straight.ts'

/** What a handler's context is built from. */
export interface Unit {
  readonly db: Db
  readonly tenant: Id<'tenant'>
  readonly actor: string
  readonly trace: Trace
  readonly now: Instant
}

export interface Applier {
  readonly db: DbPool
  readonly consumer: string
  /** Answerable for what handlers do: `service:billing`. */
  readonly actor: string
  readonly contextFor: (unit: Unit) => Context
  /** Read once for each batch. */
  readonly clock: { readonly read: () => Promise<Instant> }
}

/** `gap`: come back later, `retrying` when something before it is being tried again. Everything else is settled. */
export type Outcome = 'settled' | 'gap' | 'gap-retrying'

export interface Applied {
  /** Those not named are settled. */
  readonly outcomes: ReadonlyMap<Incoming, Outcome>
  /** Aggregates whose gap was filled: what is parked behind it can go on. */
  readonly freed: readonly Event<unknown>[]
}

/** Applies a batch in one transaction: cursors, inbox, effects and what they emit. A throw undoes all of it. */
export async function applyBatch(applier: Applier, batch: readonly Incoming[]): Promise<Applied> {
  const now = await applier.clock.read()
  const straight = straighten(batch)
  const done = straight !== null && (await applyStraight(applier, now, straight))
  return done ? { outcomes: new Map(), freed: [] } : applyJudged(applier, now, batch)
}

class NotStraight extends Error {}

/** False, and nothing done, when the cursors or the inbox are not where this batch begins. */
async function applyStraight(applier: Applier, now: Instant, straight: Straight): Promise<boolean> {
  try {
    await applier.db.transaction(async (db) => {
      if (!(await advanceStraight(db.sql, applier.consumer, straight))) throw new NotStraight()
      await applyEffects(applier, db, now, straight.applied)
    })
    return true
  } catch (error) {
    if (error instanceof NotStraight) return false
    throw error
  }
}

function applyJudged(applier: Applier, now: Instant, batch: readonly Incoming[]): Promise<Applied> {
  return applier.db.transaction(async (db) => {
    const cursors = await lockCursors(db.sql, applier.consumer, batch)
    const before = new Map([...cursors].map(([key, { lastSeq, blocked }]) => [key, { lastSeq, blocked }]))
    const verdicts = plan(batch, cursors)
    const applied = having(verdicts, 'apply')
    // Sent together: whatever fails afterwards undoes them.
    const [fresh] = await Promise.all([
      settle(db.sql, applier.consumer, applied, 'applied'),
      saveCursors(db.sql, applier.consumer, movedSince(before, cursors)),
      ...having(verdicts, 'park', 'park-behind').map((incoming) =>
        park(db.sql, applier.consumer, incoming, incoming.poison ?? BEHIND),
      ),
    ])
    await applyEffects(
      applier,
      db,
      now,
      applied.filter(({ event }) => fresh.has(event.id)),
    )
    return { outcomes: outcomes(verdicts, cursors), freed: freedBy(having(verdicts, 'apply', 'move'), cursors) }
  })
}

type Standing = Pick<Cursor, 'lastSeq' | 'blocked'>

function movedSince(before: ReadonlyMap<string, Standing>, cursors: ReadonlyMap<string, Cursor>) {
  return [...cursors].filter(([key, cursor]) => {
    const old = before.get(key)
    return old?.lastSeq !== cursor.lastSeq || old.blocked !== cursor.blocked
  })
}

function freedBy(advanced: readonly Incoming[], cursors: ReadonlyMap<string, Cursor>): Event<unknown>[] {
  return advanced.flatMap((incoming) => {
    const cursor = cursors.get(aggregateKey(incoming))
    const next = incoming.event.aggregateseq + 1
    return cursor?.blocked && cursor.lastSeq + 1 === next && cursor.parked.has(next) ? [incoming.event] : []
  })
}

const BEHIND = { code: 'event.behind-parked', error: 'an earlier event of this aggregate is parked' } as const

/** Settles one event without an effect: a handler said no in a way that means "nothing to do". */
export function settleRefused(applier: Applier, incoming: Incoming, code: string): Promise<Outcome> {
  return applier.db.transaction(async (db) => {
    const cursors = await lockCursors(db.sql, applier.consumer, [incoming])
    const verdicts = plan([incoming], cursors)
    if (verdicts.get(incoming) === 'apply') {
      await settle(db.sql, applier.consumer, [incoming], `refused:${code}`)
      await saveCursors(db.sql, applier.consumer, [...cursors])
    }
    return outcomes(verdicts, cursors).get(incoming) ?? 'settled'
  })
}

/** Applies one event inside the open transaction, whatever its cursor says; a refusal that means "nothing to do" settles it. */
export async function applyOne(applier: Applier, db: Db, incoming: Incoming): Promise<void> {
  const now = await applier.clock.read()
  if (incoming.handler === null) return
  const fresh = await settle(db.sql, applier.consumer, [incoming], 'applied')
  if (fresh.size === 0) return
  const { event, handler } = incoming
  try {
    await db.savepoint((inner) => handler.apply([event], (cause) => contextOf(applier, inner, now, cause)))
  } catch (error) {
    if (!(error instanceof Refusal) || error.rule.consumer !== 'ack') throw error
    await db.sql`update inbox set outcome = ${`refused:${error.code}`}
      where consumer = ${applier.consumer} and event_id = ${event.id}`
  }
}

/** Parks one event, whatever it waits for, and what follows it in its aggregate; nothing when it is settled or parked already. */
export function parkOne(applier: Applier, incoming: Incoming, poison: Poison): Promise<void> {
  return applier.db.transaction(async ({ sql }) => {
    const cursors = await lockCursors(sql, applier.consumer, [incoming])
    const cursor = cursors.get(aggregateKey(incoming))
    const seq = incoming.event.aggregateseq
    if (cursor === undefined || seq <= cursor.lastSeq || cursor.parked.has(seq)) return
    await park(sql, applier.consumer, incoming, poison)
    cursor.blocked = true
    await saveCursors(sql, applier.consumer, [...cursors])
  })
}

async function applyEffects(applier: Applier, db: Db, now: Instant, fresh: readonly Incoming[]): Promise<void> {
  for (const run of group(fresh)) {
    const events = run.map(({ event }) => event)
    await run[0]?.handler?.apply(events, (event) => contextOf(applier, db, now, event))
    crashPoint('mid-batch')
  }
}

export function contextOf(applier: Applier, db: Db, now: Instant, event: Event<unknown>): Context {
  const { tenantid: tenant, correlationid, id, traceparent } = event
  const trace = { correlationId: correlationid, causationId: id, traceparent }
  return applier.contextFor({ db, tenant, actor: applier.actor, trace, now })
}

function having(verdicts: ReadonlyMap<Incoming, Verdict>, ...wanted: readonly Verdict[]): Incoming[] {
  return [...verdicts].flatMap(([incoming, verdict]) => (wanted.includes(verdict) ? [incoming] : []))
}

function outcomes(
  verdicts: ReadonlyMap<Incoming, Verdict>,
  cursors: ReadonlyMap<string, Cursor>,
): Map<Incoming, Outcome> {
  return new Map(
    [...verdicts].map(([incoming, verdict]) => {
      if (verdict !== 'gap') return [incoming, 'settled']
      return [incoming, cursors.get(aggregateKey(incoming))?.retrying ? 'gap-retrying' : 'gap']
    }),
  )
}
