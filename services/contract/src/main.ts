import { runService } from '@draupnir/service'
import { contract } from './service.ts'

await runService(contract)
