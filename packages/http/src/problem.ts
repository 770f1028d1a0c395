import { isPassingFailure } from '@draupnir/db'
import { REFUSALS, Refusal, type RefusalCode, type RefusalContext, Transient } from '@draupnir/errors'
import { z } from 'zod'

/** RFC 9457, as every error of the API is answered. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly request_id: string
  readonly context: RefusalContext
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
}

const fieldErrors = z.array(z.object({ path: z.string(), message: z.string() }))

export interface Failure {
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>
  /** A failure of ours, to be logged and reported; nothing of it is in the problem. */
  readonly defect: boolean
}

/** The problem to answer for whatever was thrown. */
export function failureOf(thrown: unknown, requestId: string): Failure {
  const error = translate(thrown)
  if (error instanceof Refusal) return refusal(error, requestId)
  if (error instanceof Transient) return passing(error, requestId)
  return {
    problem: {
      type: '/problems/internal.error',
      title: 'Something went wrong on our side',
      status: 500,
      detail: 'The request was not carried out as expected; quote the request id when asking about it',
      code: 'internal.error',
      request_id: requestId,
      context: {},
    },
    headers: {},
    defect: true,
  }
}

// 22021 and 22P05: a character Postgres cannot store. 57014: a statement ran into its time limit.
function translate(thrown: unknown): unknown {
  if (thrown instanceof Refusal || thrown instanceof Transient) return thrown
  const state = sqlState(thrown)
  if (state === '22021' || state === '22P05') return new Refusal('request.invalid')
  if (state === '57014' || isPassingFailure(thrown))
    return new Transient('postgres.unavailable', 'passing failure', { cause: thrown })
  return thrown
}

function sqlState(thrown: unknown): string | null {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code)) return error.code
  }
  return null
}

function refusal(error: Refusal, requestId: string): Failure {
  const { errors, ...context } = error.context
  const fields = fieldErrors.safeParse(errors)
  const problem = problemOf(error.code, error.message, requestId, fields.success ? context : error.context)
  const retry = error.rule.status === 503 || error.code === 'request.in-flight'
  return {
    problem: fields.success ? { ...problem, errors: fields.data } : problem,
    headers: retry ? { 'retry-after': '1' } : {},
    defect: false,
  }
}

function passing(error: Transient, requestId: string): Failure {
  const seconds = Math.max(1, Math.ceil((error.retryAfterMs ?? 1000) / 1000))
  const problem = problemOf('service.unavailable', REFUSALS['service.unavailable'].title, requestId, {})
  return { problem, headers: { 'retry-after': String(seconds) }, defect: false }
}

function problemOf(code: RefusalCode, detail: string, requestId: string, context: RefusalContext): Problem {
  const { status, title } = REFUSALS[code]
  return { type: `/problems/${code}`, title, status, detail, code, request_id: requestId, context }
}
