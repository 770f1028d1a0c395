import { runService } from '@draupnir/service'
import { gateway } from './service.ts'

await runService(gateway)
