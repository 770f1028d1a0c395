import { Transient } from '@draupnir/errors'
import { type Claims, signInternal } from '@draupnir/http'

export interface Forwarded {
  readonly service: string
  readonly baseUrl: string
  readonly secret: string
  readonly claims: Claims
  readonly method: string
  /** Path and query as they came. */
  readonly path: string
  readonly headers: Headers
  readonly body: Uint8Array
  readonly traceparent: string | null
}

// What a caller may say to a service; everything else, credentials above all, stays at the gateway.
const REQUEST_HEADERS = ['content-type', 'accept', 'idempotency-key', 'if-match', 'if-none-match']
const PROVIDER_HEADERS = /^(svix-|x-signature$|x-webhook-id$|x-topic$|x-event-|x-delivery-id$)/
const RESPONSE_HEADERS = [
  'content-type',
  'etag',
  'location',
  'retry-after',
  'idempotent-replayed',
  'allow',
  'cache-control',
]
const TIMEOUT_MS = 30_000

/** Sends a request on, signed with who asks, and hands back the answer as it is. `Transient` when the service does not answer. */
export async function forward(request: Forwarded): Promise<Response> {
  const { service, baseUrl, secret, claims, method, path, body } = request
  const bodied = method !== 'GET' && method !== 'HEAD'
  const headers = {
    ...passedOn(request),
    'x-request-id': claims.request_id,
    ...signInternal(secret, { method, path, body: bodied ? body : new Uint8Array() }, claims),
  }
  const answer = await send(service, baseUrl + path, {
    method,
    headers,
    ...(bodied ? { body: Buffer.from(body) } : {}),
  })
  const shown = RESPONSE_HEADERS.flatMap((name) => {
    const value = answer.headers.get(name)
    return value === null ? [] : [[name, value] as [string, string]]
  })
  return new Response(answer.body, { status: answer.status, headers: shown })
}

async function send(service: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (cause) {
    throw new Transient('service.unavailable', `${service} does not answer`, { cause, retryAfterMs: 1_000 })
  }
}

function passedOn({ headers, traceparent }: Forwarded): Record<string, string> {
  const given = [...headers].filter(([name]) => REQUEST_HEADERS.includes(name) || PROVIDER_HEADERS.test(name))
  return { ...Object.fromEntries(given), ...(traceparent === null ? {} : { traceparent }) }
}
