import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineEvent, subjectOf } from './define-event.ts'
import { decimalField, idField, instantInput, moneyField, positiveMoneyField, rateField, textField } from './fields.ts'

const spec = {
  version: 1,
  aggregate: 'x',
  summary: '',
  data: z.object({ id: z.string() }),
  aggregateId: (data: { id: string }) => data.id,
}

describe('an event is declared', () => {
  it('with its owner read from its type', () => {
    const event = defineEvent({ ...spec, type: 'device-health.device.registered' })
    expect(event.service).toBe('device-health')
    expect(subjectOf(event, 'dev_1')).toBe('evt.device-health.device.registered.v1.dev_1')
  })

  it.each(['invoice.issued', 'billing.invoice', 'billing.Invoice.issued', 'nobody.invoice.issued'])(
    'not as %s',
    (type) => {
      expect(() => defineEvent({ ...spec, type })).toThrow(/event type/)
    },
  )
})

describe('a field', () => {
  it.each([
    ['money', moneyField, { amount: '-125', currency: 'USD' }],
    ['a decimal', decimalField, '0.000000000001'],
    ['a rate', rateField, '1.00'],
    ['a text', textField(), 'Hugin & Münin'],
    ['an id', idField('contract'), 'ctr_01kdvdna00f9aaz5b3rp5h46vm'],
  ])('takes %s', (_name, schema: z.ZodType, value) => {
    expect(schema.parse(value)).toEqual(value)
  })

  it('writes a moment in UTC', () => {
    expect(instantInput.parse('2026-03-01T01:30:00+02:00')).toBe('2026-02-28T23:30:00.000Z')
  })

  it.each([
    ['a float as money', moneyField, { amount: 1.5, currency: 'USD' }],
    ['minus zero', moneyField, { amount: '-0', currency: 'USD' }],
    ['leading zeros', moneyField, { amount: '007', currency: 'USD' }],
    ['sixteen digits', moneyField, { amount: '1234567890123456', currency: 'USD' }],
    ['an unknown currency', moneyField, { amount: '1', currency: 'XXX' }],
    ['an unknown field', moneyField, { amount: '1', currency: 'USD', cents: 1 }],
    ['nothing as a positive amount', positiveMoneyField, { amount: '0', currency: 'USD' }],
    ['an exponent', decimalField, '1e3'],
    ['a negative decimal', decimalField, '-1'],
    ['a rate above one', rateField, '1.01'],
    ['a control character', textField(), 'a\u0000b'],
    ['a lone surrogate', textField(), '\ud800'],
    ['the id of something else', idField('contract'), 'inv_01kdvdna00f9aaz5b3rp5h46vm'],
    ['a moment without an offset', instantInput, '2026-03-01T01:30:00'],
  ])('refuses %s', (_name, schema: z.ZodType, value) => {
    expect(schema.safeParse(value).success).toBe(false)
  })
})
