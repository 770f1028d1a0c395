import type { Context as HonoContext } from 'hono'
import type { AppEnv, AppOptions } from './app.ts'
import { MAX_BODY_BYTES, MAX_WEBHOOK_BYTES, readBytes } from './body.ts'
import { type Claims, type SignedRequest, verifyInternal } from './internal-auth.ts'

/** Reads the body (bounded), then lets nobody pass who cannot say who they are. */
export async function authenticate(options: AppOptions, c: HonoContext<AppEnv>): Promise<Claims> {
  const limitBytes = c.req.path.startsWith('/webhooks/') ? MAX_WEBHOOK_BYTES : (options.maxBodyBytes ?? MAX_BODY_BYTES)
  const body = await readBytes(c, limitBytes)
  c.set('bytes', body)
  const request = { method: c.req.method, path: targetOf(c.req.url), body }
  const claims = await options.authenticate(request, c.req.raw.headers)
  c.set('claims', claims)
  return claims
}

/** For `createApp`: accepts only requests signed with `INTERNAL_AUTH_SECRET`. */
export function internalAuth(secret: string): (request: SignedRequest, headers: Headers) => Promise<Claims> {
  return async (request, headers) => verifyInternal(secret, request, headers)
}

// Path and query as they came; `URL` would normalise what was signed.
function targetOf(url: string): string {
  return url.slice(url.indexOf('/', url.indexOf('//') + 2))
}
