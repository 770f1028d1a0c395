import { fileURLToPath } from 'node:url'
import { openMeter } from '@draupnir/openmeter'
import { defineService } from '@draupnir/service'
import { activities } from './activities.ts'
import { config } from './config.ts'
import { handlers } from './consumers.ts'
import { routes } from './routes.ts'

export const meteringSync = defineService({
  name: 'metering-sync',
  migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
  config,
  routes,
  handlers,
  timers: ({ config: { OPENMETER_URL, OPENMETER_API_KEY, OPENMETER_TIMEOUT_MS } }) =>
    activities(openMeter({ url: OPENMETER_URL, apiKey: OPENMETER_API_KEY, timeoutMs: OPENMETER_TIMEOUT_MS })),
})
