import { sandboxClock, systemClock } from '@draupnir/clock'
import { readConfig } from './config.ts'
import { startOpenMeter } from './service.ts'

const config = readConfig()
const shared = config.CLOCK_DATABASE_URL === undefined ? null : sandboxClock(config.CLOCK_DATABASE_URL)
const openmeter = await startOpenMeter({
  host: config.HOST,
  port: config.PORT,
  databaseUrl: config.DATABASE_URL,
  clock: shared ?? systemClock,
  apiKey: config.OPENMETER_API_KEY,
  controlSecret: config.SANDBOX_CONTROL_SECRET,
})
console.log(`sandbox-openmeter listens on ${openmeter.url}`)

let stopping = false
async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  await openmeter.stop()
  await shared?.close()
  process.exit(0)
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
