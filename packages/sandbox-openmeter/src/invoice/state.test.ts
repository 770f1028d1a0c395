import { instant } from '@draupnir/time'
import { expect, test } from 'vitest'
import { type MachineInput, nextStep, payment, restingState, STATUSES, type Status, type Trigger } from './state.ts'

const NOW = instant('2026-11-01T00:00:00Z')
const LATER = instant('2026-11-01T01:00:00Z')
const input: MachineInput = {
  status: 'draft.created',
  autoAdvance: true,
  collectionAt: NOW,
  draftUntil: NOW,
  hasLines: true,
  awaitsDraftSync: false,
  awaitsIssuingSync: false,
  paymentOutcome: null,
}

test.each<[string, Partial<MachineInput>, Status]>([
  ['with nothing in its way', {}, 'payment_processing.pending'],
  ['while usage may still come', { collectionAt: LATER }, 'draft.waiting_for_collection'],
  ['while it may be edited', { draftUntil: LATER }, 'draft.waiting_auto_approval'],
  ['that a person approves', { autoAdvance: false }, 'draft.manual_approval_needed'],
  ['behind the draft hook', { awaitsDraftSync: true }, 'draft.syncing'],
  ['behind the issuing hook', { awaitsIssuingSync: true }, 'issuing.syncing'],
  ['that the sandbox app pays', { paymentOutcome: 'paid' }, 'paid'],
  ['that the sandbox app fails', { paymentOutcome: 'payment_failed' }, 'payment_processing.failed'],
  ['without lines', { hasLines: false }, 'deleted'],
])('an invoice %s rests', (_, more, rest) => {
  expect(restingState({ ...input, ...more }, 'draft.created', NOW)).toBe(rest)
})

test('a wait names its moment', () => {
  expect(nextStep({ ...input, status: 'draft.waiting_for_collection', collectionAt: LATER }, NOW)).toEqual({
    waitUntil: LATER,
  })
})

const TRIGGERS: Trigger[] = [
  'paid',
  'payment_failed',
  'payment_uncollectible',
  'payment_overdue',
  'action_required',
  'void',
]

test.each<[Status, Trigger[]]>([
  ['payment_processing.pending', TRIGGERS],
  ['payment_processing.failed', TRIGGERS.filter((one) => one !== 'payment_failed')],
  ['payment_processing.action_required', TRIGGERS.filter((one) => one !== 'action_required')],
  ['overdue', ['paid', 'payment_failed', 'payment_uncollectible', 'action_required']],
  ['uncollectible', ['paid', 'void']],
])('%s allows %s', (status, allowed) => {
  expect(TRIGGERS.filter((trigger) => payment(status, trigger) !== null)).toEqual(allowed)
})

test('no other state knows payments', () => {
  const unpaid = /^payment_processing\.(pending|failed|action_required)$|^overdue$|^uncollectible$/
  for (const status of STATUSES.filter((one) => !unpaid.test(one))) {
    expect(TRIGGERS.map((trigger) => payment(status, trigger))).toEqual(TRIGGERS.map(() => null))
  }
})
