import { type Database, sameSecret, type TestClock } from '@draupnir/sandbox'
import { Hono } from 'hono'
import { appRoutes } from './app/app.routes.ts'
import { customerRoutes } from './customer/customer.routes.ts'
import { eventRoutes } from './event/event.routes.ts'
import { featureRoutes } from './feature/feature.routes.ts'
import { customInvoicingRoutes, invoiceRoutes } from './invoice/invoice.routes.ts'
import { meterRoutes } from './meter/meter.routes.ts'
import { channelRoutes, notificationEventRoutes, ruleRoutes } from './notification/notification.routes.ts'
import { overrideRoutes } from './profile/override.routes.ts'
import { profileRoutes } from './profile/profile.routes.ts'
import { isDefect, problemResponse, toProblem } from './shared/problem.ts'
import { routing } from './shared/route.ts'
import { subscriptionRoutes } from './subscription/subscription.routes.ts'

const PARTS = [
  customerRoutes,
  meterRoutes,
  featureRoutes,
  eventRoutes,
  // Before the apps: `/apps/custom-invoicing/…` is not an app's id.
  customInvoicingRoutes,
  appRoutes,
  profileRoutes,
  overrideRoutes,
  subscriptionRoutes,
  invoiceRoutes,
  channelRoutes,
  ruleRoutes,
  notificationEventRoutes,
]

/** The REST v1 API. Without an API key everybody is admitted, as in self-hosted OpenMeter. */
export function createApi(database: Database, clock: TestClock, apiKey: string | undefined): Hono {
  const app = new Hono()
  app.use('/api/*', async (c, next) => {
    if (apiKey && !sameSecret(c.req.header('authorization') ?? '', `Bearer ${apiKey}`)) {
      return problemResponse(401, 'invalid or missing API key')
    }
    return next()
  })
  const shared = routing(database, clock)
  for (const part of PARTS) app.route('/', part(shared))
  app.all('/api/*', (c) => problemResponse(501, `the sandbox has no ${c.req.method} ${c.req.path} yet`))
  app.onError((error) => {
    if (isDefect(error)) console.error(error)
    return toProblem(error)
  })
  return app
}
