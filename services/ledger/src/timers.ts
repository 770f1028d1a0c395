import { sweep, timer } from '@draupnir/clock'
import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { cashOutWhenDue } from './cash-out/cash-out-released.ts'
import { CASH_OUT_DUE } from './cash-out/timer-kinds.ts'
import { releaseHolding } from './settlement/release-holding.ts'
import { HOLDING_MATURE } from './settlement/timer-kinds.ts'
import { expirePending } from './transaction/expire-pending.ts'

const holding = z.object({ settlement_id: idField('settlement'), leg_id: idField('settlementLeg') })

export const timers = [
  timer(HOLDING_MATURE, holding, async (ctx, { settlement_id, leg_id }) => {
    await releaseHolding(ctx, { settlementId: settlement_id, legId: leg_id })
  }),
  timer(CASH_OUT_DUE, z.object({ party_id: idField('party') }), (ctx, { party_id }) => cashOutWhenDue(ctx, party_id)),
  sweep('ledger.expire-pending', { everyMs: 5_000 }, expirePending),
]
