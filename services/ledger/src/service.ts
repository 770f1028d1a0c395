import { fileURLToPath } from 'node:url'
import { defineService } from '@draupnir/service'
import { config } from './config.ts'
import { handlers } from './consumers.ts'
import { mirrorRoutes } from './mirror/mirror.routes.ts'
import { mirrorOf, mirrorTimers } from './mirror/mirror-of.ts'
import { verifyMirror } from './mirror/verify-mirror.ts'
import { routes } from './routes.ts'
import { timers } from './timers.ts'
import { verify } from './verify/verify.ts'

export const ledger = defineService({
  name: 'ledger',
  migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
  config,
  routes: ({ config }) => [...routes, ...mirrorRoutes(mirrorOf(config) !== null)],
  handlers,
  timers: ({ config }) => [...timers, ...mirrorTimers(config)],
  verify: async ({ config, db, clock, log }) => {
    const mt = mirrorOf(config)
    const books = await verify({ db })
    return mt === null ? books : [...books, ...(await verifyMirror({ db, mt, log, now: await clock.read() }))]
  },
})
