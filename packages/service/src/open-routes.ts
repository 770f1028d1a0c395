import { type App, isBearer, metricsToken } from '@draupnir/http'
import type { Metrics } from './metrics.ts'
import type { Readiness } from './readiness.ts'

export interface OpenSources {
  readonly ready: () => Promise<Readiness>
  readonly metrics: Metrics
  readonly internalAuthSecret: string
}

/** Health for anybody; metrics for whoever has the token derived from the secret. */
export function mountOpen(app: App, { ready, metrics, internalAuthSecret }: OpenSources): void {
  const token = metricsToken(internalAuthSecret)
  app.get('/healthz', (c) => {
    c.set('route', '/healthz')
    return c.json({ status: 'ok' })
  })
  app.get('/readyz', async (c) => {
    c.set('route', '/readyz')
    const state = await ready()
    return c.json(state, state.status === 'ready' ? 200 : 503)
  })
  app.get('/metrics', async (c, next) => {
    c.set('route', '/metrics')
    // Without the token it is a path like any other that nothing serves: authentication refuses whoever is not signed.
    if (!isBearer(c.req.header('authorization'), token)) return next()
    return c.text(await metrics.text(), 200, { 'content-type': 'text/plain; version=0.0.4' })
  })
}
