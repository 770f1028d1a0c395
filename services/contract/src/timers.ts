import { timer } from '@draupnir/clock'
import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { CONTRACT_END, endContract } from './contract/end-contract.ts'

export const timers = [
  timer(CONTRACT_END, z.object({ contract_id: idField('contract') }), (ctx, data) =>
    endContract(ctx, data.contract_id),
  ),
]
