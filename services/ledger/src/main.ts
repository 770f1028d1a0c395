import { runService } from '@draupnir/service'
import { ledger } from './service.ts'

await runService(ledger)
