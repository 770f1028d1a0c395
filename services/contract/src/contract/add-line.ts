import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Price } from '@draupnir/wire'
import { type EditOptions, editContract, type Outcome, type Timing, taking } from './edit-contract.ts'

export interface AddLine extends Timing {
  readonly seller_id: Id<'party'>
  readonly sku: string
  readonly description: string
  readonly quantity: string
  readonly price: Price
  readonly device_ids: readonly Id<'device'>[]
  readonly host_id?: Id<'party'> | null
}

/** A line on a draft, a trial or an active contract; its devices are held from its effect on. */
export function addLine(
  ctx: Context,
  contractId: Id<'contract'>,
  input: AddLine,
  options: EditOptions = {},
): Promise<Outcome> {
  return editContract(ctx, contractId, options, ({ now }, ctx) => {
    const { seller_id, sku, description, quantity, price, device_ids, host_id = null } = input
    const line = {
      id: ctx.newId('contractLine'),
      seller_id,
      sku,
      description,
      quantity,
      price,
      discount_rate: '0',
      device_ids: [...device_ids],
      host_id,
      sla: null,
      added_at: null,
    }
    return taking({ operation: 'add_line', payload: { line } }, input, now)
  })
}
