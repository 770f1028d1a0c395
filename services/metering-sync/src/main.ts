import { runService } from '@draupnir/service'
import { meteringSync } from './service.ts'

await runService(meteringSync)
