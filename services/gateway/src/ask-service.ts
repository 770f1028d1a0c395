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

/** Asks a service's `/internal` routes. A problem of the service comes back as it is; silence is `Transient`. */
export async function askService({
  service,
  actor,
  requestId,
  ...request
}: Asked): Promise<{ status: number; body: unknown }> {
  const claims = { tenant: null, actor, scopes: ['internal'], request_id: requestId }
  try {
    const answer = await internalRequest({ ...request, claims, timeoutMs: TIMEOUT_MS })
    return { status: answer.status, body: await answer.json() }
  } catch (cause) {
    throw new Transient('service.unavailable', `${service} does not answer`, { cause, retryAfterMs: 1_000 })
  }
}
