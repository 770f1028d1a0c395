import { randomBytes } from 'node:crypto'
import { type Context, crashPoint, transact, transactTogether } from '@draupnir/db'
import { Defect, refuse, required } from '@draupnir/errors'
import type { Context as HonoContext } from 'hono'
import { answer } from './answer.ts'
import type { AppEnv, AppOptions } from './app.ts'
import { authenticate } from './authenticate.ts'
import { contextFor, withFields } from './context.ts'
import { idempotencyKeyOf, runInTransaction, runResumable } from './idempotency.ts'
import type { AnyReply, Prepared, Route } from './route.ts'

// For apps that live as long as their records: tests.
const ANY_SECRET = randomBytes(32).toString('hex')

/** Who asks, scope, key, validation, then the handler in its idempotency mode. */
export async function serveRoute(options: AppOptions, c: HonoContext<AppEnv>, route: Route): Promise<Response> {
  c.set('route', route.path)
  const { scopes } = await authenticate(options, c)
  if (route.scope !== null && !scopes.includes(route.scope)) refuse('auth.scope-missing', { scope: route.scope })
  const idempotencyKey = route.idempotency === 'none' ? null : idempotencyKeyOf(c.req.header('idempotency-key'))
  const prepared = route.prepare({
    params: c.req.param(),
    query: queryOf(c.req.url),
    body: c.get('bytes'),
    headers: c.req.raw.headers,
    idempotencyKey,
  })
  const ctx = await contextOf(options, c)
  const { status, body, headers } = await run(options, route, prepared, ctx, idempotencyKey)
  crashPoint('after-commit-before-answer')
  if (body === undefined) return answer(c, status, null, { ...headers })
  return answer(c, status, JSON.stringify(body), { 'content-type': 'application/json', ...headers })
}

const NO_QUERY = new URLSearchParams()

function queryOf(url: string): URLSearchParams {
  const mark = url.indexOf('?')
  return mark < 0 ? NO_QUERY : new URLSearchParams(url.slice(mark + 1).split('#', 1)[0])
}

async function contextOf(options: AppOptions, c: HonoContext<AppEnv>): Promise<Context> {
  const { tenant, actor, request_id: correlationId } = c.get('claims')
  if (tenant === null) refuse('auth.invalid', {}, 'This route needs a tenant')
  return contextFor({
    db: options.db,
    now: await options.now(),
    actor,
    tenant,
    trace: { correlationId, causationId: null, traceparent: c.get('traceparent') },
    log: withFields(c.get('log'), { correlation_id: correlationId, tenant }),
  })
}

async function run(
  options: AppOptions,
  route: Route,
  prepared: Prepared,
  ctx: Context,
  key: string | null,
): Promise<AnyReply> {
  const work = options.checkReplies === true ? checked(route, prepared) : prepared.run
  if (key === null || route.idempotency === 'own') return work(ctx)
  const keyed = {
    key,
    route: `${route.method.toUpperCase()} ${route.path}`,
    fingerprint: prepared.fingerprint(options.fingerprintSecret ?? ANY_SECRET),
    shownOnce: route.shownOnce,
  }
  const { replayed, ...answer } =
    route.idempotency === 'resumable'
      ? await runResumable(required(options.locks, 'resumable routes need `locks`'), ctx, keyed, work)
      : await runInTransaction(ctx, keyed, work, route.idempotency === 'shared' ? transactTogether : transact)
  return replayed ? { ...answer, headers: { ...answer.headers, 'idempotent-replayed': 'true' } } : answer
}

function checked(route: Route, prepared: Prepared): Prepared['run'] {
  return async (ctx) => {
    const answer = await prepared.run(ctx)
    const schema = route.responses[answer.status]
    if (schema === undefined) throw new Defect(`${route.path} answered ${answer.status}, which it does not declare`)
    const parsed = schema?.safeParse(JSON.parse(JSON.stringify(answer.body)))
    if (parsed?.success === false) throw new Defect(`${route.path} answered what it does not declare: ${parsed.error}`)
    return answer
  }
}
