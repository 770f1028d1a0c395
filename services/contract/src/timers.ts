import { timer } from '@draupnir/clock'
import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { announceRenewal } from './contract/announce-renewal.ts'
import { beginEdits } from './contract/load-contract.ts'
import { CONTRACT_BEGIN, CONTRACT_NOTICE } from './contract/schedule-ahead.ts'

const contractSchema = z.object({ contract_id: idField('contract') })

export const timers = [
  timer(CONTRACT_BEGIN, contractSchema, (ctx, data) => beginEdits(ctx, data.contract_id)),
  timer(CONTRACT_NOTICE, contractSchema, (ctx, data) => announceRenewal(ctx, data.contract_id)),
]
