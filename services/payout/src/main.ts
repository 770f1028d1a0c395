import { runService } from '@draupnir/service'
import { payout } from './service.ts'

await runService(payout)
