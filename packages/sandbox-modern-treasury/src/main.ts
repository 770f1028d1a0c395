import { sandboxClock } from '@draupnir/clock'
import { readConfig } from './config.ts'
import { startSandbox } from './service.ts'

const config = readConfig()
const clock = sandboxClock(config.clockDatabaseUrl)
const sandbox = await startSandbox(config, clock)
console.log(`sandbox-modern-treasury listens on ${sandbox.url}`)

let stopping = false
async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  await sandbox.stop()
  await clock.close()
  process.exit(0)
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
