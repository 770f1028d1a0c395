import { type AppEnv, validate } from '@draupnir/http'
import type { Context as HonoContext } from 'hono'
import type { z } from 'zod'

interface Schemas<Q extends z.ZodObject, B extends z.ZodType> {
  readonly query?: Q
  readonly body?: B
}

/** The query and body of an internal request. Refuses as the routes of `defineRoute` do. */
export function inputOf<
  Q extends z.ZodObject = z.ZodObject<Record<never, never>>,
  B extends z.ZodType = z.ZodUndefined,
>(c: HonoContext<AppEnv>, { query, body }: Schemas<Q, B>): { query: z.output<Q>; body: z.output<B> } {
  const raw = {
    params: {},
    query: new URL(c.req.url).searchParams,
    body: c.get('bytes'),
    headers: c.req.raw.headers,
    idempotencyKey: null,
  }
  const { input } = validate({ params: undefined, query, body }, raw)
  return input as { query: z.output<Q>; body: z.output<B> }
}
