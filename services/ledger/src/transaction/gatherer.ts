import type { Context, Db } from '@draupnir/db'
import { isPassingFailure } from '@draupnir/db'
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

/** Nobody waits when nothing is under way; under load a commit takes whatever arrived during those before it. */
export function createGatherer(options: GathererOptions): Gatherer {
  const { db, maxRequests = 400, maxCommits = 3, minRequests = 100 } = options
  const queues = new Map<string, Queue>()
  const queueOf = ({ tenant, newId }: Context): Queue => {
    const queue = queues.get(tenant) ?? {
      asks: [],
      waiting: 0,
      commits: 0,
      planned: false,
      forecast: new Forecast(anyLane(newId('request'))),
    }
    queues.set(tenant, queue)
    return queue
  }
  const plan = (tenant: string, queue: Queue) => {
    const enough = queue.commits === 0 ? queue.asks.length > 0 : queue.waiting >= minRequests
    if (queue.planned || !enough || queue.commits >= maxCommits) return
    queue.planned = true
    // Everything that is being read in this turn of the event loop still comes along.
    setImmediate(() => {
      queue.planned = false
      queue.commits += 1
      void commit(db, take(queue, maxRequests), queue.forecast).finally(() => {
        queue.commits -= 1
        if (queue.commits === 0 && queue.asks.length === 0 && queues.size > MOST_TENANTS) queues.delete(tenant)
        plan(tenant, queue)
      })
      plan(tenant, queue)
    })
  }
  return {
    submit: (ctx, requests) =>
      new Promise((resolve, reject) => {
        const queue = queueOf(ctx)
        const size = sizeOf(requests)
        queue.asks.push({ ctx, requests, size, resolve, reject })
        queue.waiting += size
        plan(ctx.tenant, queue)
      }),
  }
}

// The end of an id is random: each process of many writes to lanes of its own.
function anyLane(id: string): number {
  return id.charCodeAt(id.length - 1) % LANES
}

interface Queue {
  readonly forecast: Forecast
  asks: Ask[]
  /** Requests of all asks. */
  waiting: number
  commits: number
  planned: boolean
}

function take(queue: Queue, maxRequests: number): Ask[] {
  let room = maxRequests
  let count = 0
  for (const { size } of queue.asks) {
    if (count > 0 && size > room) break
    room -= size
    count += 1
  }
  queue.waiting -= maxRequests - room
  return queue.asks.splice(0, count)
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
