import { openSandbox, type TestClock } from '@draupnir/sandbox'
import { createApp } from './api/app.ts'
import { ApiError, errorBody } from './api/errors.ts'
import { createRateLimits } from './api/rate-limits.ts'
import { unitOf } from './api/unit.ts'
import type { Config } from './config.ts'
import { ensureConnection } from './connection/connection.ts'
import { controlRoutes } from './control/control.routes.ts'
import { configureEndpoint } from './event/webhook-endpoint.ts'
import { webhookManner } from './event/webhook-manner.ts'
import { ensureFboAccount } from './internal-account/create-internal-account.ts'
import { routes } from './routes.ts'
import { workHandlers } from './work/handlers.ts'

export interface ModernTreasurySandbox {
  readonly url: string
  stop(): Promise<void>
}

const NAME = 'sandbox-modern-treasury'

/** Starts the sandbox on its own database and the given clock; migrations and the FBO account come with the first start. */
export async function startSandbox(
  config: Config,
  clock: TestClock,
  nowMs: () => number = () => performance.now(),
): Promise<ModernTreasurySandbox> {
  const { organizationId, apiKey, webhookKey } = config
  const sandbox = await openSandbox({
    name: NAME,
    databaseUrl: config.databaseUrl,
    migrations: new URL('../migrations/', import.meta.url),
    clock,
    controlSecret: config.controlSecret,
    webhooks: webhookManner(organizationId, webhookKey),
    work: workHandlers,
    problem: (status) => Response.json(errorBody(new ApiError(status, null, 'The fault switch says so')), { status }),
    seed: async (database) => {
      const now = await clock.read()
      await database.transaction(async (tx) => {
        await ensureConnection(unitOf(tx, now))
        await ensureFboAccount(unitOf(tx, now))
        if (config.webhookUrl !== undefined) await configureEndpoint(tx, config.webhookUrl)
      })
    },
  })
  const limits = createRateLimits(nowMs)
  const app = createApp({ ...sandbox, organizationId, apiKey, limits, routes, controls: controlRoutes(limits) })
  return sandbox.listen(app, { host: config.host, port: config.port })
}
