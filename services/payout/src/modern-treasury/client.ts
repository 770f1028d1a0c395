import { Transient } from '@draupnir/errors'
import ModernTreasury, { APIConnectionError, APIError } from 'modern-treasury'

export type { ModernTreasury } from 'modern-treasury'

export interface BankConfig {
  readonly baseUrl: string
  readonly organizationId: string
  readonly apiKey: string
  readonly timeoutMs: number
  readonly internalAccountId: string | null
}

/** The bank partner: the official SDK and the account that money moves through. */
export interface Bank {
  readonly mt: ModernTreasury
  readonly internalAccountId: string | null
}

/** Retries are the activities': an SDK that retries by itself hides how long a provider has been down. */
export function openBank(config: BankConfig): Bank {
  const { organizationId: organizationID, apiKey, baseUrl: baseURL, timeoutMs: timeout } = config
  return {
    mt: new ModernTreasury({ organizationID, apiKey, baseURL, timeout, maxRetries: 0, logLevel: 'off' }),
    internalAccountId: config.internalAccountId,
  }
}

/** The answer of a call, or why Modern Treasury refused it for good. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string }

const PASSING = new Set([401, 403, 408, 409, 429])

/** Runs a call: no answer, 5xx, throttling and wrong credentials are `Transient`; any other refusal is an outcome. */
export async function asked<T>(what: string, call: () => PromiseLike<T>): Promise<Outcome<T>> {
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
      })
    }
    return { ok: false, reason: `${what}: ${error.message}`.slice(0, 500) }
  }
}

/** Like `asked`, for calls whose refusal nobody expects. */
export async function answered<T>(what: string, call: () => PromiseLike<T>): Promise<T> {
  const outcome = await asked(what, call)
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.value
}
