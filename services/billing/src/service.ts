import { fileURLToPath } from 'node:url'
import { openMeter } from '@draupnir/openmeter'
import { defineService } from '@draupnir/service'
import { config } from './config.ts'
import { handlers } from './consumers.ts'
import { routes } from './routes.ts'
import { timers } from './timers.ts'
import { verify } from './verify/verify.ts'

export const billing = defineService({
  name: 'billing',
  migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
  config,
  routes: ({ config: { OPENMETER_WEBHOOK_SECRET } }) => routes(OPENMETER_WEBHOOK_SECRET),
  handlers,
  verify,
  timers: ({
    config: { OPENMETER_URL, OPENMETER_API_KEY, OPENMETER_TIMEOUT_MS, OPENMETER_WEBHOOK_SECRET, PUBLIC_URL },
  }) =>
    timers(openMeter({ url: OPENMETER_URL, apiKey: OPENMETER_API_KEY, timeoutMs: OPENMETER_TIMEOUT_MS }), {
      url: new URL('/webhooks/openmeter', PUBLIC_URL).href,
      secret: OPENMETER_WEBHOOK_SECRET,
    }),
})
