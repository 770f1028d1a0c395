import { type Context, type Db, Gathering, isPassingFailure } from '@draupnir/db'
import { latest } from '@draupnir/time'
import { Forecast } from './forecast.ts'
import { LANES } from './journal.store.ts'
import { postBatch } from './post-batch.ts'
import type { Outcome, Request, Together } from './reduce.ts'

/** Collects what is asked at the same time, so that one commit answers it all. */
export interface Gatherer {
  /** One outcome for each request, in order (those of a `together` follow one another), after the commit. */
  readonly submit: (ctx: Context, requests: readonly (Request | Together)[]) => Promise<readonly Outcome[]>
}

interface Ask {
  readonly ctx: Context
  readonly requests: readonly (Request | Together)[]
  readonly size: number
  readonly resolve: (outcomes: readonly Outcome[]) => void
  readonly reject: (error: unknown) => void
}

export interface GathererOptions {
  /** Where commits are made; `ctx.db` of the asks is not used. */
  readonly db: Db
  /** Most requests in one commit, unless they are asked together. */
  readonly maxRequests?: number
  /** Most commits under way for one tenant: while they are, the next one gathers. */
  readonly maxCommits?: number
  /** Fewer requests than this are no commit of their own while another is under way: most of its cost is the same for any number. */
  readonly minRequests?: number
}

// Forecasts kept of marketplaces where nothing is going on.
const MOST_TENANTS = 20

/** Of each marketplace for itself: nobody waits when nothing is under way, and under load a commit takes whatever arrived during those before it. */
export function createGatherer(options: GathererOptions): Gatherer {
  const { db, maxRequests = 400, maxCommits = 3, minRequests = 100 } = options
  const gatherings = new Map<string, Gathering<Ask>>()
  const gatheringOf = ({ tenant, newId }: Context): Gathering<Ask> => {
    const known = gatherings.get(tenant)
    if (known !== undefined) return known
    const forecast = new Forecast(anyLane(newId('request')))
    const gathering = new Gathering<Ask>({
      commit: (asks) => commit(db, asks, forecast),
      sizeOf: ({ size }) => size,
      most: maxRequests,
      mostCommits: maxCommits,
      least: minRequests,
      onIdle: () => {
        if (gatherings.size > MOST_TENANTS) gatherings.delete(tenant)
      },
    })
    gatherings.set(tenant, gathering)
    return gathering
  }
  return {
    submit: (ctx, requests) =>
      new Promise((resolve, reject) => {
        gatheringOf(ctx).add({ ctx, requests, size: sizeOf(requests), resolve, reject })
      }),
  }
}

// The end of an id is random: each process of many writes to lanes of its own.
function anyLane(id: string): number {
  return id.charCodeAt(id.length - 1) % LANES
}

function sizeOf(requests: readonly (Request | Together)[]): number {
  return requests.reduce((sum, it) => sum + (it.type === 'together' ? it.requests.length : 1), 0)
}

async function commit(db: Db, asks: readonly Ask[], forecast: Forecast): Promise<void> {
  const [first] = asks
  if (first === undefined) return
  const now = latest(first.ctx.now(), ...asks.map(({ ctx }) => ctx.now()))
  const ctx: Context = { ...first.ctx, db, now: () => now }
  try {
    const outcomes = await postBatch(
      ctx,
      asks.flatMap((ask) => ask.requests),
      forecast,
    )
    await afterStatements()
    let from = 0
    for (const { size, resolve } of asks) {
      resolve(outcomes.slice(from, from + size))
      from += size
    }
  } catch (error) {
    await alone(db, asks, forecast, error)
  }
}

// The commit after this one has waited for it, and so does the database: its statements leave before the answers, which
// may take a while. They leave in one turn of the event loop, the answers in the next.
function afterStatements(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}

// A request that breaks the batch breaks alone; when the database is away, nothing is tried again here.
async function alone(db: Db, asks: readonly Ask[], forecast: Forecast, error: unknown): Promise<void> {
  if (asks.length === 1 || isPassingFailure(error)) {
    for (const ask of asks) ask.reject(error)
    return
  }
  for (const ask of asks) await commit(db, [ask], forecast)
}
