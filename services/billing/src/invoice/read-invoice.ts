import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { resourceOf } from '../collection/collection.resource.ts'
import { listCollections } from '../collection/list-collections.ts'
import { findInvoice } from './invoice.store.ts'

/** An invoice with the attempts to collect it. Refuses `request.not-found`. */
export async function readInvoice(ctx: Context, id: Id<'invoice'>) {
  const invoice = await findInvoice(ctx, id)
  if (invoice === null) refuse('request.not-found', { invoice_id: id })
  const collections = (await listCollections(ctx, id)).map(resourceOf)
  return { ...invoice, collections }
}
