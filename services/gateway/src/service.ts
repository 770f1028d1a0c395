import { fileURLToPath } from 'node:url'
import { openApiDocument, type Route } from '@draupnir/http'
import { type Deps, defineService } from '@draupnir/service'
import { apiKeyRoutes } from './api-key/api-key.routes.ts'
import { authenticate } from './api-key/authenticate.ts'
import { bootstrap } from './api-key/bootstrap.ts'
import { config, type GatewayConfig } from './config.ts'
import { eventRoutes } from './event/event.routes.ts'
import { type Catalogue, openCatalogue } from './openapi/catalogue.ts'
import type { OpenApiDocument } from './openapi/document.ts'
import { operationsRoutes } from './operations/operations.routes.ts'
import { mountProxy } from './proxy/mount-proxy.ts'
import { mountWebhooks } from './proxy/mount-webhooks.ts'
import { mountReference } from './reference/mount-reference.ts'
import { sandboxRoutes } from './sandbox/sandbox.routes.ts'
import { guard } from './security-headers.ts'
import { tenantRoutes } from './tenant/tenant.routes.ts'

type GatewayDeps = Deps<GatewayConfig>

export const gateway = defineService({
  name: 'gateway',
  migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
  config,
  routes,
  authenticate: (deps) => (request, headers) => authenticate(deps, request, headers),
  open: (app, deps) => {
    guard(app)
    const services = deps.config.SERVICE_URLS
    mountWebhooks(app, { services, secret: deps.internalAuthSecret })
    mountReference(app, catalogue(deps))
  },
  extend: (app, deps) =>
    mountProxy(app, {
      catalogue: catalogue(deps),
      services: deps.config.SERVICE_URLS,
      secret: deps.internalAuthSecret,
    }),
  // Whoever advances the clock waits for everybody else.
  waits: (path) => path === '/sandbox/clock/advance',
  start: async ({ db, clock, config: { BOOTSTRAP_API_KEY } }) => {
    await bootstrap(db, clock, BOOTSTRAP_API_KEY)
    return async () => {}
  },
})

function routes({ config: settings, internalAuthSecret: secret, clock: { sandbox: clock } }: GatewayDeps): Route[] {
  const { SERVICE_URLS: services, SANDBOX_CONTROL_SECRET } = settings
  const environment = clock === null ? ('live' as const) : ('sandbox' as const)
  const own = [
    ...apiKeyRoutes(environment),
    ...tenantRoutes(environment),
    ...eventRoutes(services, secret),
    ...operationsRoutes(services, secret),
  ]
  if (clock === null) return own
  return [...own, ...sandboxRoutes({ clock, services, secret, controlSecret: SANDBOX_CONTROL_SECRET ?? '' })]
}

// One for a process, whichever part of it asks.
const catalogues = new WeakMap<GatewayConfig, () => Promise<Catalogue>>()

function catalogue(deps: GatewayDeps): () => Promise<Catalogue> {
  const known = catalogues.get(deps.config) ?? newCatalogue(deps)
  catalogues.set(deps.config, known)
  return known
}

function newCatalogue(deps: GatewayDeps) {
  const { SERVICE_URLS, PUBLIC_URL } = deps.config
  const services = Object.fromEntries(Object.entries(SERVICE_URLS).filter(([name]) => !name.startsWith('sandbox-')))
  const own = openApiDocument(routes(deps), { title: 'Draupnir gateway', version: '1' }) as unknown as OpenApiDocument
  return openCatalogue({ services, own, secret: deps.internalAuthSecret, publicUrl: PUBLIC_URL })
}
