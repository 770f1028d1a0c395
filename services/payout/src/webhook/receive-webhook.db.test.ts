import { nextId, testContext } from '@draupnir/testing'
import { expect, it } from 'vitest'
import { recordSubmission } from '../pay-in/submit-pay-in.ts'
import { payoutService } from '../service.fixture.ts'
import { receiveWebhook } from './receive-webhook.ts'

const { db, ctx, submitted } = await payoutService()
const provider = testContext(db, { tenant: nextId('tenant') })
const message = (messageId: string, paymentOrderId: string | null) => ({
  messageId,
  topic: 'payment_order.completed',
  paymentOrderId,
  payload: { event: 'completed' },
})
const refreshes = () => db.sql<{ tenant_id: string; key: string }[]>`
  select tenant_id, key from timers where kind = 'payout.refresh-payment-order'`

it('asks for the order to be looked at, in the name of its owner, once for each message', async () => {
  const { id } = await submitted()
  await recordSubmission(ctx, id, { ok: true, value: 'po_known' })
  await db.sql`delete from timers`
  await receiveWebhook(provider, message('wh_1', 'po_known'))
  expect(await refreshes()).toEqual([{ tenant_id: ctx.tenant, key: 'po_known' }])
  await db.sql`delete from timers`
  await receiveWebhook(provider, message('wh_1', 'po_known'))
  expect(await refreshes()).toEqual([])
  await receiveWebhook(provider, message('wh_2', 'po_known'))
  expect(await refreshes()).toHaveLength(1)
})

it('keeps what is about an order nobody knows, or about something else, and asks nobody', async () => {
  await db.sql`delete from timers`
  await receiveWebhook(provider, message('wh_3', 'po_unknown'))
  await receiveWebhook(provider, message('wh_4', null))
  expect(await refreshes()).toEqual([])
  const kept = await db.sql`select message_id from webhook_messages where message_id in ('wh_3', 'wh_4')`
  expect(kept).toHaveLength(2)
})
