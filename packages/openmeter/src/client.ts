import { Defect, Transient } from '@draupnir/errors'
import { isHTTPError, OpenMeter } from '@openmeter/sdk'

export type { OpenMeter } from '@openmeter/sdk'

export interface OpenMeterConfig {
  readonly url: string
  readonly apiKey: string
  readonly timeoutMs: number
}

/** The official SDK with a timeout on every call (it has none of its own) and no retries: those are the activities'. */
export function openMeter(config: OpenMeterConfig): OpenMeter {
  return new OpenMeter({
    baseUrl: config.url,
    apiKey: config.apiKey,
    fetch: (request: Request) => fetch(request, { signal: AbortSignal.timeout(config.timeoutMs) }),
  })
}

/** Runs a call; no answer, 408, 429 and 5xx become `Transient`, any other refusal of OpenMeter an `Error` with its detail. */
export async function reached<T>(what: string, call: () => Promise<T>): Promise<NonNullable<T>> {
  const answer = await sent(what, call)
  if (answer === undefined || answer === null) throw new Defect(`OpenMeter answered ${what} with nothing`)
  return answer
}

/** Like `reached`, for calls that are answered with nothing. */
export async function sent<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (!isHTTPError(error))
      throw new Transient('openmeter.unreachable', `OpenMeter did not answer ${what}: ${reasonOf(error)}`, {
        cause: error,
      })
    if (error.status >= 500 || error.status === 408 || error.status === 429) {
      throw new Transient('openmeter.unavailable', `OpenMeter answered ${what} with ${error.status}`, { cause: error })
    }
    throw error
  }
}

/** The answer of a call, or null when OpenMeter says 404. */
export async function orMissing<T>(what: string, call: () => Promise<T>): Promise<NonNullable<T> | null> {
  try {
    return await reached(what, call)
  } catch (error) {
    if (isHTTPError(error) && error.status === 404) return null
    throw error
  }
}

/** Why a call failed, in one line for an operator. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
