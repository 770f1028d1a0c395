import { fileURLToPath } from 'node:url'
import { defineService } from '@draupnir/service'
import type { z } from 'zod'
import { config } from './config.ts'
import { handlers } from './consumers.ts'
import { openBank } from './modern-treasury/client.ts'
import { routes } from './routes.ts'
import { timers } from './timers.ts'
import { verify } from './verify/verify.ts'

export const payout = defineService({
  name: 'payout',
  migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
  config,
  routes: (deps) => routes(bankOf(deps.config), deps.config.MODERN_TREASURY_WEBHOOK_KEY),
  handlers,
  verify: (deps) => verify({ db: deps.db, bank: bankOf(deps.config) }),
  timers: (deps) => timers(bankOf(deps.config)),
})

function bankOf(settings: z.output<typeof config>) {
  return openBank({
    baseUrl: settings.MODERN_TREASURY_BASE_URL,
    organizationId: settings.MODERN_TREASURY_ORGANIZATION_ID,
    apiKey: settings.MODERN_TREASURY_API_KEY,
    timeoutMs: settings.MODERN_TREASURY_TIMEOUT_MS,
    internalAccountId: settings.MODERN_TREASURY_INTERNAL_ACCOUNT_ID ?? null,
  })
}
