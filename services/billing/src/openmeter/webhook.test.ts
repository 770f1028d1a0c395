import { expectRefusal } from '@draupnir/testing'
import { addMs } from '@draupnir/time'
import { Webhook } from 'svix'
import { expect, it } from 'vitest'
import { T0 } from '../service.fixture.ts'
import { readWebhook } from './webhook.ts'

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes ....').toString('base64')}`
const OTHER = `whsec_${Buffer.from('another secret of thirty-two byt').toString('base64')}`
const text = JSON.stringify({ type: 'invoice.updated', data: { id: 'om_1', customer: { key: 'ctr_1' } } })
const bytes = (body: string) => new TextEncoder().encode(body)

function headersOf({ secret = SECRET, body = text, at = new Date(T0), id = 'msg_1', before = '' } = {}): Headers {
  const signature = new Webhook(secret).sign(id, at, body)
  const timestamp = String(Math.floor(at.getTime() / 1000))
  return new Headers({ 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': before + signature })
}
const refused = (headers: Headers, body = text) =>
  expectRefusal(() => readWebhook(SECRET, headers, bytes(body), T0), 'webhook.signature-invalid')

it('reads a message that Svix signed', () => {
  expect(readWebhook(SECRET, headersOf(), bytes(text), T0)).toEqual({
    messageId: 'msg_1',
    type: 'invoice.updated',
    openmeterInvoiceId: 'om_1',
    customerKey: 'ctr_1',
    payload: JSON.parse(text),
  })
})

it('takes any of several signatures, as while a secret is changed', () => {
  const before = `${new Webhook(OTHER).sign('msg_1', new Date(T0), text)} v2,unknown `
  expect(readWebhook(SECRET, headersOf({ before }), bytes(text), T0).messageId).toBe('msg_1')
})

it('refuses another secret, another body, another id and no headers', () => {
  refused(headersOf({ secret: OTHER }))
  refused(headersOf(), text.replace('om_1', 'om_2'))
  const moved = headersOf()
  moved.set('svix-id', 'msg_2')
  refused(moved)
  refused(new Headers())
})

it.each([-1, 1])('refuses a message more than five minutes away, in direction %i', (direction) => {
  const away = (ms: number) => headersOf({ at: new Date(addMs(T0, direction * ms)) })
  expect(readWebhook(SECRET, away(300_000), bytes(text), T0).messageId).toBe('msg_1')
  refused(away(301_000))
})

it.each(['not json', '{"type":"invoice.updated"}', '{"type":"x","data":{"id":1}}'])('does not know %s', (body) => {
  expectRefusal(() => readWebhook(SECRET, headersOf({ body }), bytes(body), T0), 'webhook.payload-unknown')
})
