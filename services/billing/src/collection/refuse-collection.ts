import type { Context } from '@draupnir/db'
import type { CollectionRefused, DataOf } from '@draupnir/wire'
import { answerCollection } from './collection.store.ts'

/** The wallet did not cover the invoice: it stays open until money comes in or its date passes. */
export async function refuseCollection(ctx: Context, refused: DataOf<typeof CollectionRefused>): Promise<void> {
  const refusal = { code: refused.code, available: refused.available.amount }
  await answerCollection(ctx, refused.collection_id, { state: 'refused', refusal })
}
