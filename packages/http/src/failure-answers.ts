import { Refusal } from '@draupnir/errors'
import type { Context as HonoContext } from 'hono'
import { answer } from './answer.ts'
import type { App, AppEnv, AppOptions } from './app.ts'
import { routeOf } from './observe.ts'
import { type Failure, failureOf } from './problem.ts'

const METHODS = ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT']

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
  return problemResponse(c, failure)
}

/** No route has this path, or those that have it take other methods. */
export function answerUnmatched(app: App, c: HonoContext<AppEnv>): Response {
  const allow = METHODS.filter((method) => hasRoute(app, method, c.req.path))
  if (allow.length === 0 || allow.includes(c.req.method))
    return problemResponse(c, failureOf(new Refusal('request.route-not-found'), c.get('requestId')))
  const failure = failureOf(new Refusal('request.method-not-allowed', { allow }), c.get('requestId'))
  return problemResponse(c, { ...failure, headers: { allow: allow.join(', ') } })
}

function hasRoute(app: App, method: string, path: string): boolean {
  const [found] = app.router.match(method === 'HEAD' ? 'GET' : method, path)
  return found.some(([[, route]]) => route.method !== 'ALL')
}

function problemResponse(c: HonoContext<AppEnv>, { problem, headers }: Failure): Response {
  const typed = { ...headers, 'content-type': 'application/problem+json' }
  return answer(c, problem.status, JSON.stringify(problem), typed)
}
