import type { Context as HonoContext, Next } from 'hono'
import type { AppEnv, AppOptions } from './app.ts'
import { MAX_BODY_BYTES, MAX_WEBHOOK_BYTES, readBytes } from './body.ts'
import { type Claims, type SignedRequest, verifyInternal } from './internal-auth.ts'

/** Reads the body (bounded), then lets nobody pass who cannot say who they are. */
export async function authenticate(options: AppOptions, c: HonoContext<AppEnv>, next: Next): Promise<void> {
  const limitBytes = c.req.path.startsWith('/webhooks/') ? MAX_WEBHOOK_BYTES : (options.maxBodyBytes ?? MAX_BODY_BYTES)
  const body = await readBytes(c.req.raw, limitBytes)
  c.set('bytes', body)
  c.set(
    'claims',
    await options.authenticate({ method: c.req.method, path: targetOf(c.req.url), body }, c.req.raw.headers),
  )
  await next()
}

/** For `createApp`: accepts only requests signed with `INTERNAL_AUTH_SECRET`. */
export function internalAuth(secret: string): (request: SignedRequest, headers: Headers) => Promise<Claims> {
  return async (request, headers) => verifyInternal(secret, request, headers)
}

// Path and query as they came; `URL` would normalise what was signed.
function targetOf(url: string): string {
  return url.slice(url.indexOf('/', url.indexOf('//') + 2))
}
