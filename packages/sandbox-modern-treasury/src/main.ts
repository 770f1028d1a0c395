import { runSandbox } from '@draupnir/sandbox'
import { readConfig } from './config.ts'
import { startSandbox } from './service.ts'

const config = readConfig()
await runSandbox({
  name: 'sandbox-modern-treasury',
  clockDatabaseUrl: config.clockDatabaseUrl,
  start: (clock) => startSandbox(config, clock),
})
