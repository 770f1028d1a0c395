import { runService } from '@draupnir/service'
import { deviceHealth } from './service.ts'

await runService(deviceHealth)
