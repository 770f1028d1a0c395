import { z } from 'zod'
import { ApiError } from './errors.ts'
import { ok, type Route, replace } from './route.ts'

const rate = z.number().positive()
const Limits = z.strictObject({
  /** Requests a second: everything but lists and bulk requests, lists, new bulk requests. */
  call: rate,
  list: rate,
  bulk: rate,
  /** Entries with a lock, by account and second. */
  locked_entries: rate.default(20),
})
type Limits = z.infer<typeof Limits>
type Limited = keyof Limits

const WINDOW_MS = 1_000
const LIST = /^\/api\/[a-z_]+$/

export interface RateLimits {
  readonly set: (limits: Limits | null) => void
  readonly get: () => Limits | null
  /** Counts one; what is left of the window's budget, or null when nothing limits it. Throws 429 beyond it. */
  readonly take: (what: Limited, of?: string) => { readonly limit: number; readonly remaining: number } | null
}

/** The limits of an organization, in windows of a second of real time: they protect a machine. None unless told. */
export function createRateLimits(nowMs: () => number): RateLimits {
  let limits: Limits | null = null
  let window = -1
  let used = new Map<string, number>()
  return {
    set: (given) => {
      limits = given
      used = new Map()
    },
    get: () => limits,
    take: (what, of = '') => {
      if (limits === null) return null
      const current = Math.floor(nowMs() / WINDOW_MS)
      if (current !== window) used = new Map()
      window = current
      const count = (used.get(what + of) ?? 0) + 1
      const limit = limits[what]
      if (count > limit) {
        throw new ApiError(429, 'too_many_requests', `More than ${limit} of these a second`, null, {
          'Retry-After': '1',
          'X-Rate-Limit-Limit': String(limit),
          'X-Rate-Limit-Remaining': '0',
        })
      }
      used.set(what + of, count)
      return { limit, remaining: limit - count }
    },
  }
}

export function limitedAs(method: string, path: string): Limited {
  if (method === 'GET') return LIST.test(path) && path !== '/api/ping' ? 'list' : 'call'
  return method === 'POST' && path === '/api/bulk_requests' ? 'bulk' : 'call'
}

export function rateLimitRoutes(limits: RateLimits): readonly Route[] {
  return [
    replace('/_sandbox/rate-limits')(Limits.nullable(), async (_unit, input) => {
      limits.set(input)
      return { limits: limits.get() }
    }),
    { method: 'get', path: '/_sandbox/rate-limits', handle: async () => ok({ limits: limits.get() }) },
  ]
}
