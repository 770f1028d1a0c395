import { assert } from '@draupnir/errors'

/** What a call counts against: Modern Treasury limits lists, bulk requests and everything else apart. */
export type Cost = 'call' | 'list' | 'bulk'

/** How many of each may be made a second. */
export type Rates = Readonly<Record<Cost, number>>

/** Resolves when the next call of this cost may go out. */
export type Pace = (cost: Cost) => Promise<void>

export interface Ticking {
  /** Milliseconds that only grow. */
  readonly now: () => number
  readonly wait: (ms: number) => Promise<void>
}

const MACHINE: Ticking = {
  now: () => performance.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}
const LIST = /^\/api\/[a-z_]+\/?$/

/** `60/10/1`: calls, lists and bulk requests a second; null for anything else. */
export function readRates(text: string): Rates | null {
  const [call = 0, list = 0, bulk = 0, ...rest] = text.split('/').map(Number)
  const valid = [call, list, bulk].every((rate) => Number.isFinite(rate) && rate > 0) && rest.length === 0
  return valid ? { call, list, bulk } : null
}

/**
 * Spaces calls evenly, each cost by its own rate, in the order they come. In real time, whatever the domain's clock
 * says: it protects somebody else's machine.
 */
export function createPace(rates: Rates, ticking: Ticking = MACHINE): Pace {
  const next = new Map<Cost, number>()
  return async (cost) => {
    const rate = rates[cost]
    assert(rate > 0, 'a rate is positive')
    const now = ticking.now()
    const turn = Math.max(now, next.get(cost) ?? now)
    next.set(cost, turn + 1_000 / rate)
    if (turn > now) await ticking.wait(turn - now)
  }
}

export function costOf(method: string, path: string): Cost {
  if (method === 'GET') return LIST.test(path) && path !== '/api/ping' ? 'list' : 'call'
  return method === 'POST' && path === '/api/bulk_requests' ? 'bulk' : 'call'
}
