import { fileURLToPath } from 'node:url'
import { openMeter } from '@draupnir/openmeter'
import { defineService } from '@draupnir/service'
import type { z } from 'zod'
import { activities } from './activities.ts'
import { config } from './config.ts'
import { handlers } from './consumers.ts'
import { routes } from './routes.ts'
import { verify } from './verify/verify.ts'

export const meteringSync = defineService({
  name: 'metering-sync',
  migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
  config,
  routes,
  handlers,
  timers: (deps) => activities(clientOf(deps.config)),
  verify: (deps) => verify({ db: deps.db, om: clientOf(deps.config) }),
})

function clientOf({ OPENMETER_URL, OPENMETER_API_KEY, OPENMETER_TIMEOUT_MS }: z.output<typeof config>) {
  return openMeter({ url: OPENMETER_URL, apiKey: OPENMETER_API_KEY, timeoutMs: OPENMETER_TIMEOUT_MS })
}
