import { expect, it } from 'vitest'
import { FAULT_EFFECTS, type FaultEffect, kindOf, matches } from './fault.ts'

const rule = (effect: FaultEffect, match = {}) => ({ effect, match })

it('strikes requests, webhooks or steps, each effect one of them', () => {
  expect(FAULT_EFFECTS.map(kindOf)).toEqual([...Array(4).fill('request'), ...Array(3).fill('webhook'), 'step'])
  for (const kind of ['request', 'webhook', 'step'] as const)
    expect(FAULT_EFFECTS.filter((effect) => matches(rule(effect), { kind })).map(kindOf)).toEqual(
      FAULT_EFFECTS.filter((effect) => kindOf(effect) === kind).map(() => kind),
    )
})

it('strikes where everything that it names fits', () => {
  const request = { kind: 'request' as const, method: 'POST', path: '/api/v1/customers' }
  const named = { method: 'POST', path_prefix: '/api/v1' }
  expect(matches(rule('error', named), request)).toBe(true)
  expect(matches(rule('error', named), { ...request, method: 'GET' })).toBe(false)
  expect(matches(rule('error', named), { ...request, path: '/api/v2' })).toBe(false)
  const webhook = { kind: 'webhook' as const, eventType: 'invoice.updated' }
  expect(matches(rule('webhook_drop', { event_type: 'invoice.' }), webhook)).toBe(true)
  expect(matches(rule('webhook_drop', { event_type: 'payment.' }), webhook)).toBe(false)
  expect(matches(rule('step_failure', { step: 'draft.syncing' }), { kind: 'step', step: 'draft.syncing' })).toBe(true)
  expect(matches(rule('step_failure', { step: 'draft.syncing' }), { kind: 'step', step: 'draft' })).toBe(false)
})
