import { type DeliveryState, listDeliveries } from '@draupnir/sandbox'
import type { Unit } from '../shared/unit.ts'
import { getChannel, getRule } from './notification.store.ts'
import { type Channel, messageIdOf, type NotificationEvent, ruleView } from './notification.ts'

const STATES: Readonly<Record<DeliveryState['status'], string>> = {
  pending: 'PENDING',
  delivered: 'SUCCESS',
  failed: 'FAILED',
  // The fault switch swallowed it: OpenMeter believes it is under way.
  dropped: 'SENDING',
}

/** Notification events with what became of their deliveries. */
export async function eventViews(unit: Unit, events: readonly NotificationEvent[]) {
  return Promise.all(
    events.map(async (event) => {
      const channels = await Promise.all(event.channels.map((id) => getChannel(unit.sql, id, true)))
      const deliveries = await listDeliveries(unit.sql, { messageId: messageIdOf(event.id) })
      const rule = await getRule(unit.sql, event.ruleId, true)
      const { id, type, createdAt, payload } = event
      const deliveryStatus = channels.map((channel) => statusOf(event, channel, deliveries))
      return { id, type, createdAt, payload, rule: ruleView(rule, channels), deliveryStatus }
    }),
  )
}

function statusOf(event: NotificationEvent, channel: Channel, deliveries: readonly DeliveryState[]) {
  const delivery = deliveries.find(({ endpoint }) => endpoint === channel.id)
  return {
    state: delivery ? STATES[delivery.status] : 'PENDING',
    reason: delivery?.lastError ?? '',
    updatedAt: delivery?.lastAttemptAt ?? event.createdAt,
    channel: { id: channel.id, type: 'WEBHOOK' },
    ...(delivery?.nextAttemptAt ? { nextAttempt: delivery.nextAttemptAt } : {}),
    attempts: [],
  }
}
