import { expect, test } from 'vitest'
import { conformance, specificationIsHere } from './conformance.ts'

test.runIf(specificationIsHere)('every example of the reference is valid by the checker the tests use', () => {
  const spec = conformance()
  const verdicts = Object.entries(spec.examples()).map(([name, body]) => [name, spec.resource(name, body)])
  expect(verdicts).toHaveLength(23)
  expect(verdicts.filter(([, verdict]) => verdict !== null)).toEqual([])
})

test.runIf(specificationIsHere)('the checker sees a missing, a surplus and a mistyped field', () => {
  const spec = conformance()
  const order = Object(spec.examples().payment_order)
  const { status: _, ...missing } = order
  expect(spec.resource('payment_order', missing)).not.toBeNull()
  expect(spec.resource('payment_order', { ...order, batch_id: null })).not.toBeNull()
  expect(spec.resource('payment_order', { ...order, amount: '1' })).not.toBeNull()
  expect(spec.response('GET', '/api/payment_orders/x', 201, order)).not.toBeNull()
})
