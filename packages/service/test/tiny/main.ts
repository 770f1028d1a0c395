import { runService } from '../../src/index.ts'
import { tinyLedger } from './services.ts'

await runService(tinyLedger)
