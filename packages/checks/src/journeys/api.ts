import { setTimeout as delay } from 'node:timers/promises'
import type { RunningSystem } from '@draupnir/stack/system'

export interface Tenant {
  readonly id: string
  readonly token: string
}

/** What the runner itself asks of the gateway; with the platform's key unless another is given. */
export interface Platform {
  readonly post: <T>(path: string, body: object, token?: string) => Promise<T>
  readonly createTenant: (name: string) => Promise<Tenant>
  /** Moves the test clock by an ISO 8601 duration or to a moment, and waits until all is quiet. */
  readonly advance: (how: { readonly by: string } | { readonly to: string }) => Promise<string>
  readonly removeFaults: () => Promise<void>
}

const UNAVAILABLE = 503
const TRIES = 20
const DAY_MS = 86_400_000

/** Asks the gateway of a running system; anything but success is an error. */
export function platformOf({ gatewayUrl, apiKey }: RunningSystem): Platform {
  const ask = async <T>(method: string, path: string, body?: object, token = apiKey): Promise<T> => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }),
    }
    const text = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await insist(() => fetch(gatewayUrl + path, { method, headers, ...text }))
    const answered = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${answered}`)
    return (answered === '' ? undefined : JSON.parse(answered)) as T
  }
  const post = <T>(path: string, body: object, token?: string) => ask<T>('POST', path, body, token)
  return {
    post,
    createTenant: (name) => post('/v1/tenants', { name }),
    advance: async (how) => (await post<{ now: string }>('/sandbox/clock/advance', how)).now,
    removeFaults: async () => {
      await ask('DELETE', '/sandbox/providers/openmeter/faults')
      await ask('DELETE', '/sandbox/providers/modern-treasury/faults')
    },
  }
}

/** Waits for quiet and moves on to the next midnight in UTC: hours and days of a journey begin where they begin. */
export async function nextMidnight({ advance }: Platform): Promise<string> {
  const days = Math.ceil(Date.parse(await advance({ by: 'PT0S' })) / DAY_MS)
  return advance({ to: new Date(days * DAY_MS).toISOString() })
}

/** The first of the next month of 31 days, for journeys that count the days of a month; at most one month lies between. */
export function nextLongMonth(now: string): string {
  const [year, month] = [Number(now.slice(0, 4)), Number(now.slice(5, 7))]
  const [first = 0, second = 0] = [month, month + 1].map((index) => Date.UTC(year, index, 1))
  const isLong = new Date(first + 30 * DAY_MS).getUTCDate() === 31
  return new Date(isLong ? first : second).toISOString()
}

// A machine with much to do may not come to rest within the gateway's patience.
async function insist(request: () => Promise<Response>): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await request()
    if (answer.status !== UNAVAILABLE || attempt === TRIES) return answer
    await answer.body?.cancel()
    await delay(250)
  }
}
