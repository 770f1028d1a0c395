import { Refusal } from '@draupnir/errors'

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  424: 'Failed Dependency',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
}

/** An answer OpenMeter gives when it refuses. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly extensions: Readonly<Record<string, unknown>> | undefined

  constructor(status: number, detail: string, extensions?: Readonly<Record<string, unknown>>) {
    super(detail)
    this.status = status
    this.extensions = extensions
  }
}

export const badRequest = (detail: string) => new ApiError(400, detail)
export const notFound = (what: string, id: string) => new ApiError(404, `${what} not found: ${id}`)
export const conflict = (detail: string) => new ApiError(409, detail)
export const forbidden = (detail: string) => new ApiError(403, detail)

/** A refusal with machine-readable issues, as the product catalogue and subscriptions give them. */
export function validationError(status: number, code: string, message: string, field?: string): ApiError {
  return new ApiError(status, `validation error: ${message}`, {
    validationErrors: [{ code, message, severity: 'critical', ...(field === undefined ? {} : { field }) }],
  })
}

/** A refusal of billing: the first issue's fields stand flat in `extensions`. */
export function billingError(code: string, message: string): ApiError {
  return new ApiError(400, message, { code, severity: 'critical', component: 'openmeter', message })
}

let requests = 0

/** `application/problem+json` without a charset: the SDK reads `detail` only then. */
export function problemResponse(status: number, detail?: string, extensions?: unknown): Response {
  requests += 1
  const body = {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    ...(status === 500 || detail === undefined ? {} : { detail }),
    instance: `urn:request:sandbox/om-${String(requests).padStart(6, '0')}`,
    ...(extensions === undefined ? {} : { extensions }),
  }
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json' } })
}

/** Turns whatever a route threw into OpenMeter's answer. */
export function toProblem(error: unknown): Response {
  if (error instanceof ApiError) return problemResponse(error.status, error.message, error.extensions)
  if (error instanceof Refusal) return problemResponse(400, `validation error: ${error.message}`)
  if (isUniqueViolation(error)) return problemResponse(409, 'conflict: the resource exists already')
  return problemResponse(500)
}

/** Whether `toProblem` would have to admit a defect of ours. */
export function isDefect(error: unknown): boolean {
  return !(error instanceof ApiError || error instanceof Refusal || isUniqueViolation(error))
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505'
}
