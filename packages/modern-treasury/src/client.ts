import { Transient } from '@draupnir/errors'
import ModernTreasury, { APIConnectionError, APIError } from 'modern-treasury'
import { costOf, type Pace } from './pace.ts'

export type { ModernTreasury } from 'modern-treasury'

export interface ModernTreasuryConfig {
  readonly baseUrl: string
  readonly organizationId: string
  readonly apiKey: string
  readonly timeoutMs: number
  /** Whoever makes many calls takes its turn; without a pace calls go out as they come. */
  readonly pace?: Pace
}

/** The official SDK. Retries are the callers': an SDK that retries by itself hides how long a provider has been down. */
export function modernTreasury(config: ModernTreasuryConfig): ModernTreasury {
  const { organizationId: organizationID, apiKey, baseUrl: baseURL, timeoutMs: timeout, pace } = config
  const options = { organizationID, apiKey, baseURL, timeout, maxRetries: 0, logLevel: 'off' } as const
  return new ModernTreasury(pace === undefined ? options : { ...options, fetch: pacedFetch(pace) })
}

/** The answer of a call, or why Modern Treasury refused it for good; `parameter` is what it blames. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string; readonly parameter: string | null }

const PASSING = new Set([401, 403, 408, 409, 429])

/** Runs a call: no answer, 5xx, throttling, conflicts and wrong credentials are `Transient`; any other refusal is an answer. */
export async function asked<T>(what: string, call: () => PromiseLike<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await call() }
  } catch (error) {
    if (error instanceof APIConnectionError || !(error instanceof APIError)) {
      throw new Transient('modern-treasury.unreachable', `Modern Treasury did not answer ${what}`, { cause: error })
    }
    const status: unknown = error.status
    if (typeof status !== 'number' || status >= 500 || PASSING.has(status)) {
      throw new Transient('modern-treasury.unavailable', `Modern Treasury answered ${what} with ${String(status)}`, {
        cause: error,
        ...retryAfter(error),
      })
    }
    return { ok: false, reason: `${what}: ${error.message}`.slice(0, 500), parameter: blamed(error.error) }
  }
}

/** Like `asked`, for calls whose refusal nobody expects. */
export async function answered<T>(what: string, call: () => PromiseLike<T>): Promise<T> {
  const answer = await asked(what, call)
  if (!answer.ok) throw new Error(answer.reason)
  return answer.value
}

function pacedFetch(pace: Pace): typeof fetch {
  return async (input, init) => {
    await pace(costOf(init?.method ?? 'GET', new URL(input instanceof Request ? input.url : input).pathname))
    return fetch(input, init)
  }
}

function retryAfter(error: APIError): { retryAfterMs?: number } {
  const seconds = Number(error.headers?.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1_000 } : {}
}

// Every refusal is `{ errors: { code, message, parameter? } }`.
function blamed(body: unknown): string | null {
  const parameter = memberOf(memberOf(body, 'errors'), 'parameter')
  return typeof parameter === 'string' ? parameter : null
}

function memberOf(value: unknown, name: string): unknown {
  return Object.getOwnPropertyDescriptor(Object(value), name)?.value
}
