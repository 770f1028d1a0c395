import type { Context, Db } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { WebhookMessage } from './webhook.ts'

/** Stores a message; false when it is there already. */
export async function insertMessage(ctx: Context, message: WebhookMessage): Promise<boolean> {
  const stored = await ctx.db.sql`
    insert into webhook_messages (message_id, event_type, openmeter_invoice_id, received_at, payload)
    values (${message.messageId}, ${message.type}, ${message.openmeterInvoiceId}, ${ctx.now()},
      ${ctx.db.sql.typed.json(message.payload)})
    on conflict do nothing returning 1`
  return stored.length > 0
}

/** Whoever looks for a contract and whoever makes it known wait for each other, until the end of the transaction. */
export async function lockName(db: Db, contractId: Id<'contract'>): Promise<void> {
  await db.sql`select pg_advisory_xact_lock(hashtextextended(${contractId}, 1))`
}

/** Keeps an invoice for the contract it names, which is not known yet. */
export async function keepWaiting(db: Db, openmeterInvoiceId: string, contractId: Id<'contract'>): Promise<void> {
  await db.sql`
    insert into waiting_invoices (openmeter_invoice_id, contract_id)
    values (${openmeterInvoiceId}, ${contractId}) on conflict do nothing`
}

/** The invoices that waited for a contract; they wait no longer. */
export async function takeWaiting(db: Db, contractId: Id<'contract'>): Promise<string[]> {
  const rows = await db.sql<{ openmeter_invoice_id: string }[]>`
    delete from waiting_invoices where contract_id = ${contractId} returning openmeter_invoice_id`
  return rows.map((row) => row.openmeter_invoice_id).sort()
}
