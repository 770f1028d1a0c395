import type { Database, TestClock } from '@draupnir/sandbox'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { authenticate } from './authenticate.ts'
import { ApiError, errorBody } from './errors.ts'
import { fingerprint, recall, remember, type StoredAnswer } from './idempotency.ts'
import { KNOWN_ROUTES } from './known-routes.ts'
import { parseQuery } from './query.ts'
import { limitedAs, type RateLimits } from './rate-limits.ts'
import type { Reply, Route } from './route.ts'
import { type Unit, unitOf } from './unit.ts'

export interface AppOptions {
  readonly database: Database
  readonly clock: TestClock
  readonly organizationId: string
  readonly apiKey: string
  readonly limits: RateLimits
  readonly routes: readonly Route[]
  /** Below `/_sandbox`; the shell has already asked for the control secret. */
  readonly controls: readonly Route[]
}

const MAX_BODY_BYTES = 25 * 1024 * 1024
const REMEMBERED = ['POST', 'PATCH']

/** The wire API: every request one transaction, every refusal in Modern Treasury's words. */
export function createApp(options: AppOptions): Hono {
  const app = new Hono()
  app.onError((error, c) => respondError(c, error))
  app.use('/api/*', authenticate(options.organizationId, options.apiKey))
  app.use('/api/*', limited(options.limits))
  app.use('/api/*', bodyLimit({ maxSize: MAX_BODY_BYTES, onError: () => tooLarge() }))
  for (const route of [...options.routes, ...options.controls]) {
    app.on(route.method.toUpperCase(), route.path, (c) => run(options, route, c))
  }
  for (const [method, path] of KNOWN_ROUTES) {
    app.on(method, path, (c) => respondError(c, new ApiError(501, null, `The sandbox has no ${method} ${path} yet`)))
  }
  // Not app.notFound: that of a mounted application is never asked.
  app.all('*', (c) => respondError(c, new ApiError(404, 'not_found', `No route ${c.req.method} ${c.req.path}`)))
  return app
}

/** Every answer says what is left; beyond the limit it is 429. */
function limited(limits: RateLimits): MiddlewareHandler {
  return async (c, next) => {
    const left = limits.take(limitedAs(c.req.method, c.req.path))
    await next()
    if (left === null) return
    c.header('X-Rate-Limit-Limit', String(left.limit))
    c.header('X-Rate-Limit-Remaining', String(left.remaining))
  }
}

async function run(options: AppOptions, route: Route, c: Context): Promise<Response> {
  const raw = await c.req.text()
  const call = { params: c.req.param(), query: parseQuery(new URL(c.req.url).searchParams), body: jsonBody(c, raw) }
  const key = REMEMBERED.includes(c.req.method) ? c.req.header('idempotency-key') : undefined
  const now = await options.clock.read()
  return options.database.transaction(async (tx) => {
    const unit = unitOf(tx, now, options.limits)
    const print = fingerprint(options.apiKey, c.req.method, c.req.path, raw)
    const replay = key === undefined ? undefined : await recall(unit, key, print)
    if (replay) return respond(replay)
    const reply = await route.handle(unit, call)
    const answer = { status: reply.status, body: reply.body === null ? '' : JSON.stringify(reply.body) }
    await keep(unit, key, print, answer)
    return respond(answer, reply.headers)
  })
}

async function keep(unit: Unit, key: string | undefined, print: string, answer: StoredAnswer): Promise<void> {
  if (key !== undefined && answer.status < 300) await remember(unit, key, print, answer)
}

function jsonBody(c: Context, raw: string): unknown {
  if (raw === '') return undefined
  const type = c.req.header('content-type') ?? ''
  if (!type.startsWith('application/json')) throw new ApiError(415, null, 'The body must be application/json')
  try {
    return JSON.parse(raw)
  } catch {
    throw new ApiError(400, 'parameter_invalid', 'The body is not valid JSON')
  }
}

function respond(answer: StoredAnswer, headers: Reply['headers'] = {}): Response {
  if (answer.body === '') return new Response(null, { status: answer.status, headers })
  return new Response(answer.body, {
    status: answer.status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  })
}

function respondError(c: Context, error: unknown): Response {
  if (error instanceof ApiError) {
    return Response.json(errorBody(error), { status: error.status, headers: error.headers })
  }
  console.error(`sandbox-modern-treasury: ${c.req.method} ${c.req.path}:`, error)
  return Response.json(errorBody(new ApiError(500, null, 'The sandbox failed')), { status: 500 })
}

function tooLarge(): Response {
  return Response.json(errorBody(new ApiError(413, null, 'The body is larger than 25 MB')), { status: 413 })
}
