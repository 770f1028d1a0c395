import { runService } from '@draupnir/service'
import { billing } from './service.ts'

await runService(billing)
