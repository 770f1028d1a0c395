import type { Context } from '@draupnir/db'
import { required } from '@draupnir/errors'
import { component } from '@draupnir/http'
import { money, toWire } from '@draupnir/money'
import { cashOutSchema, idField, instantField, moneyField, settlementLegSchema, settlementSchema } from '@draupnir/wire'
import { z } from 'zod'
import { cashOutsByLeg } from '../cash-out/read-cash-out.ts'
import { overridesByLeg } from './override-maturity.ts'
import type { Settlement } from './settlement.ts'
import { wireSettlement } from './settlement.wire.ts'

const overrideResource = z.object({
  due_before: instantField,
  due_at: instantField,
  reason: z.string(),
  overridden_by: z.string(),
  overridden_at: instantField,
})

const legResource = settlementLegSchema.extend({
  /** Who let it mature at another time than the policy says, and why; the first first. */
  overrides: z.array(overrideResource),
  /** What of the leg was cashed out, oldest first; a failed cash-out has given back what it took. */
  cash_outs: z.array(
    z.object({ cash_out_id: idField('cashOut'), amount: moneyField, state: cashOutSchema.shape.state }),
  ),
})

/** A settlement as its events tell it, and what became of each leg after its release. */
export const settlementResource = component(
  'Settlement',
  settlementSchema.extend({ legs: z.array(legResource).min(1) }),
)

export type SettlementResource = z.input<typeof settlementResource>

export async function resourcesOf(ctx: Context, settlements: readonly Settlement[]): Promise<SettlementResource[]> {
  const legIds = settlements.flatMap(({ legs }) => legs.map((leg) => leg.id))
  const overrides = await overridesByLeg(ctx, legIds)
  const cashOuts = await cashOutsByLeg(ctx, legIds)
  return settlements.map(wireSettlement).map((settlement) => ({
    ...settlement,
    legs: settlement.legs.map((leg) => ({
      ...leg,
      overrides: (overrides.get(leg.id) ?? []).map(({ leg_id: _, ...override }) => override),
      cash_outs: (cashOuts.get(leg.id) ?? []).map(({ cash_out_id, amount, currency, state }) => ({
        ...{ cash_out_id, state },
        amount: toWire(money(amount, currency)),
      })),
    })),
  }))
}

export async function resourceOf(ctx: Context, settlement: Settlement): Promise<SettlementResource> {
  const [resource] = await resourcesOf(ctx, [settlement])
  return required(resource, 'one for each')
}
