import type { Context as HonoContext } from 'hono'
import type { AppEnv } from './app.ts'

/** An answer of ours. It has its request id from the start: to add a header later costs more than all of the others. */
export function answer(
  c: HonoContext<AppEnv>,
  status: number,
  body: string | null,
  headers: Readonly<Record<string, string>>,
): Response {
  const own = new Response(body, { status, headers: { ...headers, 'x-request-id': c.get('requestId') } })
  c.set('answer', own)
  return own
}
