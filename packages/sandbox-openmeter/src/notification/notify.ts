import { enqueue } from '@draupnir/sandbox'
import type { Invoice } from '../invoice/invoice.ts'
import { showInvoice } from '../invoice/show-invoice.ts'
import { ulid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import { getChannel, insertEvent, rulesOf } from './notification.store.ts'
import { type EventType, messageIdOf, type Rule } from './notification.ts'

/** Tells every rule of this type about an invoice as it is now; gathering invoices never notify. */
export async function notifyInvoice(unit: Unit, type: EventType, invoice: Invoice): Promise<void> {
  if (invoice.status === 'gathering') return
  const rules = await rulesOf(unit.sql, type)
  if (rules.length === 0) return
  const data = await showInvoice(unit, invoice, { lines: true, apps: true })
  for (const rule of rules) await notifyRule(unit, rule, data)
}

export async function notifyRule(unit: Unit, rule: Rule, data: object): Promise<string> {
  const id = ulid(unit.now)
  const payload = { id, type: rule.type, timestamp: unit.now, data }
  await insertEvent(unit, {
    id,
    type: rule.type,
    ruleId: rule.id,
    channels: rule.channels,
    payload,
    createdAt: unit.now,
  })
  for (const channelId of rule.channels) {
    const channel = await getChannel(unit.sql, channelId, true)
    if (channel.disabled || channel.deletedAt !== null) continue
    await enqueue(unit.sql, unit.now, {
      messageId: messageIdOf(id),
      endpoint: channel.id,
      eventType: rule.type,
      url: channel.url,
      headers: channel.customHeaders,
      body: JSON.stringify(payload),
    })
  }
  return id
}
