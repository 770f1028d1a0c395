import { fileURLToPath } from 'node:url'
import { defineService } from '@draupnir/service'
import { handlers } from './consumers.ts'
import { routes } from './routes.ts'
import { timers } from './timers.ts'
import { verify } from './verify/verify.ts'

export const contract = defineService({
  name: 'contract',
  migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
  routes,
  handlers,
  timers,
  verify,
})
