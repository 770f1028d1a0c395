import { Transient } from '@draupnir/errors'
import { internalRequest } from '@draupnir/http'

export interface Asked {
  readonly service: string
  readonly baseUrl: string
  readonly secret: string
  readonly path: string
  readonly method?: 'GET' | 'POST'
  readonly body?: unknown
  /** Whoever is answerable for what is asked. */
  readonly actor: string
  readonly requestId: string
}

const TIMEOUT_MS = 10_000

/** Asks a service's `/internal` routes. A refusal of the service comes back as it is; failure and silence are `Transient`. */
export async function askService({
  service,
  actor,
  requestId,
  ...request
}: Asked): Promise<{ status: number; body: unknown }> {
  const claims = { tenant: null, actor, scopes: ['internal'], request_id: requestId }
  const answer = await answered(service, async () => {
    const response = await internalRequest({ ...request, claims, timeoutMs: TIMEOUT_MS })
    return { status: response.status, body: (await response.json()) as unknown }
  })
  if (answer.status < 500) return answer
  throw new Transient('service.unavailable', `${service} answered ${answer.status}`, { retryAfterMs: 1_000 })
}

/** Silence of a process of ours, or what is no answer, is `Transient`. */
export async function answered<T>(name: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    throw new Transient('service.unavailable', `${name} does not answer`, { cause, retryAfterMs: 1_000 })
  }
}
