import type { Context as HonoContext, Next } from 'hono'
import type { AppEnv, AppOptions } from './app.ts'
import { withFields } from './context.ts'
import { requestIdOf } from './request-id.ts'
import { inSpan, parseTraceparent, SpanKind, traceparentOf } from './trace.ts'

// Asked many times a second; a person who looks at a log is after the others.
const MACHINERY = /^\/(internal|healthz|readyz|metrics)(\/|$)/

/** Around every request: its id, span, log line and measurement. */
export async function observe(options: AppOptions, c: HonoContext<AppEnv>, next: Next): Promise<void> {
  const startedMs = performance.now()
  const requestId = requestIdOf(c.req.header('x-request-id'))
  c.set('requestId', requestId)
  c.set('log', withFields(options.log, { request_id: requestId }))
  const incoming = c.req.header('traceparent') ?? null
  await inSpan(c.req.method, SpanKind.SERVER, incoming, async (span) => {
    c.set('traceparent', traceparentOf(span) ?? (parseTraceparent(incoming) === null ? null : incoming))
    await next()
    if (!span.isRecording()) return
    span.updateName(`${c.req.method} ${routeOf(c)}`)
    span.setAttributes({ 'http.response.status_code': c.res.status, 'http.route': routeOf(c), request_id: requestId })
  })
  if (c.res !== c.get('answer')) c.res.headers.set('x-request-id', requestId)
  const seen = {
    method: c.req.method,
    route: routeOf(c),
    status: c.res.status,
    durationMs: performance.now() - startedMs,
  }
  options.onRequest?.(seen)
  const line = { ...seen, durationMs: Math.round(seen.durationMs) }
  if (MACHINERY.test(c.req.path)) c.get('log').debug(line, 'request')
  else c.get('log').info(line, 'request')
}

/** The path template of the matched route, so that ids do not multiply metrics. */
export function routeOf(c: HonoContext<AppEnv>): string {
  return c.get('route') ?? 'unmatched'
}
