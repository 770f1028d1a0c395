import { refuse } from '@draupnir/errors'
import { type App, type AppEnv, openApiDocument, type Route } from '@draupnir/http'
import type { Handler as EventHandler } from '@draupnir/outbox'
import type { ServiceName } from '@draupnir/wire'
import type { Handler, Context as HonoContext } from 'hono'
import { type ActivitySources, activityReport } from './activity.ts'
import { mountEvents } from './internal-events.ts'
import { mountParked } from './internal-parked.ts'
import type { Check } from './verify.ts'

export interface InternalSources extends ActivitySources {
  readonly name: ServiceName
  readonly routes: readonly Route[]
  readonly handlers: readonly EventHandler[]
  readonly verify: () => Promise<readonly Check[]>
}

/** Mounts below `/internal`, for callers with the scope `internal`. */
export type MountInternal = (
  method: 'GET' | 'POST',
  path: string,
  handler: (c: HonoContext<AppEnv>) => Promise<object>,
) => void

/** What the gateway, the clock and operators ask of every service. */
export function mountInternal(app: App, sources: InternalSources): void {
  const mount: MountInternal = (method, path, handler) => {
    app.on(method, path, internalOnly(path), async (c) => c.json(await handler(c)))
  }
  mount('GET', '/internal/activity', () => activityReport(sources))
  mount('GET', '/internal/openapi.json', async () =>
    openApiDocument(sources.routes, { title: `Draupnir ${sources.name}`, version: '1' }),
  )
  mount('GET', '/internal/verify', async () => ({ checks: await sources.verify() }))
  mountEvents(mount, sources)
  mountParked(mount, sources)
}

function internalOnly(path: string): Handler<AppEnv> {
  return async (c, next) => {
    c.set('route', path)
    if (!c.get('claims').scopes.includes('internal')) refuse('auth.scope-missing', { scope: 'internal' })
    await next()
  }
}
