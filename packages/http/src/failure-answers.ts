import { Refusal } from '@draupnir/errors'
import type { Context as HonoContext } from 'hono'
import type { AppEnv, AppOptions } from './app.ts'
import { routeOf } from './observe.ts'
import { type Failure, failureOf } from './problem.ts'

/** Answers what was thrown; a defect is logged and reported here and nowhere else. */
export function answerFailure(options: AppOptions, c: HonoContext<AppEnv>, error: unknown): Response {
  const requestId = c.get('requestId')
  const failure = failureOf(error, requestId)
  if (failure.defect) {
    c.get('log').error({ err: error, route: routeOf(c) }, 'defect')
    options.onDefect?.(error, { requestId, route: routeOf(c) })
  } else if (failure.problem.status === 503) {
    c.get('log').warn({ err: error, route: routeOf(c) }, 'unavailable')
  }
  return problemResponse(failure)
}

export function answerNotFound(c: HonoContext<AppEnv>): Response {
  return problemResponse(failureOf(new Refusal('request.route-not-found'), c.get('requestId')))
}

export function answerMethodNotAllowed(c: HonoContext, methods: readonly string[]): Response {
  const allow = [...methods].sort()
  const failure = failureOf(new Refusal('request.method-not-allowed', { allow }), c.get('requestId') as string)
  return problemResponse({ ...failure, headers: { allow: allow.join(', ') } })
}

function problemResponse({ problem, headers }: Failure): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
  })
}
