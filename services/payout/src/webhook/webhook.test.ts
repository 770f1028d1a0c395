import { createHmac } from 'node:crypto'
import { expectRefusal } from '@draupnir/testing'
import { describe, expect, it } from 'vitest'
import { readWebhook } from './webhook.ts'

const KEY = 'whk_test'
const ORDER = JSON.stringify({ event: 'completed', data: { id: 'po_1', object: 'payment_order', status: 'completed' } })
const sign = (body: string | Uint8Array, key = KEY) => createHmac('sha256', key).update(body).digest('hex')
const read = (body: string, headers: Record<string, string> = {}) =>
  readWebhook(
    KEY,
    new Headers({ 'x-signature': sign(body), 'x-webhook-id': 'wh_1', 'x-topic': 'payment_order', ...headers }),
    Buffer.from(body),
  )

describe('a signed message', () => {
  it('names its payment order', () =>
    expect(read(ORDER)).toEqual({
      messageId: 'wh_1',
      topic: 'payment_order.completed',
      paymentOrderId: 'po_1',
      payload: JSON.parse(ORDER),
    }))
  it('may be about something else', () =>
    expect(read('{"event":"created","data":{"id":"t1","object":"transaction"}}')).toMatchObject({
      paymentOrderId: null,
    }))
  it.each(['', '{', '[]', 'null', '"x"', '{"event":1,"data":{}}', '{"event":"x"}', '\ufeff{}'])(
    'that says nothing we know is refused: %j',
    (body) => {
      expectRefusal(() => read(body), 'webhook.payload-unknown')
    },
  )
})

describe('refuses a message', () => {
  const refused = (headers: Record<string, string>, body = ORDER) =>
    expectRefusal(() => read(body, headers), 'webhook.signature-invalid')
  it('without a signature', () => refused({ 'x-signature': '' }))
  it('of another key', () => refused({ 'x-signature': sign(ORDER, 'other') }))
  it('whose body was changed', () => refused({ 'x-signature': sign(`${ORDER} `) }))
  it('whose signature is cut', () => refused({ 'x-signature': sign(ORDER).slice(0, 62) }))
  it('whose signature has something behind it', () => refused({ 'x-signature': `${sign(ORDER)}zz` }))
  it('whose signature is no hex', () => refused({ 'x-signature': 'z'.repeat(64) }))
  it('without an id to know it again by', () => refused({ 'x-webhook-id': '' }))
  it('is checked before the body is read', () => refused({ 'x-signature': sign('{') }, '{"'))
})
