import type { Context, Db } from '@draupnir/db'
import { type Id, isId } from '@draupnir/ids'
import { tenantOfContract } from '../contract/contract.store.ts'
import { requestRefresh } from './request-refresh.ts'
import { keepWaiting, lockName, takeWaiting } from './webhook.store.ts'

export interface HeardOf {
  readonly openmeterInvoiceId: string
  /** Ours are ids of contracts; OpenMeter may have other customers. */
  readonly customerKey: string
}

/**
 * OpenMeter made or changed an invoice: asks for it to be looked at, or keeps it until its contract is known, for the
 * contract's event may come later. Must run in a transaction.
 */
export async function hearOfInvoice(
  db: Db,
  { openmeterInvoiceId, customerKey }: HeardOf,
  contextFor: (tenant: Id<'tenant'>) => Context,
): Promise<void> {
  if (!isId('contract', customerKey)) return
  await lockName(db, customerKey)
  const tenant = await tenantOfContract({ db }, customerKey)
  if (tenant === null) await keepWaiting(db, openmeterInvoiceId, customerKey)
  else await requestRefresh(contextFor(tenant), openmeterInvoiceId)
}

/** The contract became known: its invoices that waited are looked at. */
export async function claimInvoices(ctx: Context, contractId: Id<'contract'>): Promise<void> {
  await lockName(ctx.db, contractId)
  for (const id of await takeWaiting(ctx.db, contractId)) await requestRefresh(ctx, id)
}
