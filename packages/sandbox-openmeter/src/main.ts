import { runSandbox } from '@draupnir/sandbox'
import { readConfig } from './config.ts'
import { startOpenMeter } from './service.ts'

const config = readConfig()
await runSandbox({
  name: 'sandbox-openmeter',
  clockDatabaseUrl: config.CLOCK_DATABASE_URL,
  start: (clock) =>
    startOpenMeter({
      host: config.HOST,
      port: config.PORT,
      databaseUrl: config.DATABASE_URL,
      clock,
      apiKey: config.OPENMETER_API_KEY,
      controlSecret: config.SANDBOX_CONTROL_SECRET,
    }),
})
