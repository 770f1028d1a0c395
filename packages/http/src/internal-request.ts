import { type Claims, signInternal } from './internal-auth.ts'

export interface InternalRequest {
  readonly secret: string
  readonly claims: Claims
  /** `http://127.0.0.1:7001` */
  readonly baseUrl: string
  readonly method?: string
  /** Path and query. */
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** Calls a service as the gateway, the clock or a test does: signed, JSON in and out. */
export function internalRequest(request: InternalRequest): Promise<Response> {
  const { secret, claims, baseUrl, path, headers } = request
  const timeout = AbortSignal.timeout(request.timeoutMs ?? 30_000)
  const method = request.method ?? (request.body === undefined ? 'GET' : 'POST')
  const body = request.body === undefined ? undefined : JSON.stringify(request.body)
  const signed = { method, path, ...(body === undefined ? {} : { body }) }
  return fetch(baseUrl + path, {
    method,
    headers: {
      'x-request-id': claims.request_id,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
      ...signInternal(secret, signed, claims),
    },
    signal: request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]),
    ...(body === undefined ? {} : { body }),
  })
}
