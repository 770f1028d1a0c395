import type { App } from '@draupnir/http'

/** Tells browsers and caches to make nothing of an answer but what it is; answers about somebody are kept nowhere. */
export function guard(app: App): void {
  app.use(async (c, next) => {
    await next()
    const { headers } = c.res
    headers.set('x-content-type-options', 'nosniff')
    headers.set('referrer-policy', 'no-referrer')
    if (!headers.has('content-security-policy'))
      headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
  })
}
