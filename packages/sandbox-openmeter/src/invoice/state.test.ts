import { instant } from '@draupnir/time'
import { expect, test } from 'vitest'
import {
  type MachineInput,
  nextStep,
  payment,
  restingState,
  retryTarget,
  STATUSES,
  type Status,
  type Trigger,
} from './state.ts'

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

test.each<[Status, Status]>([
  ['draft.created', 'draft.waiting_for_collection'],
  ['draft.updating', 'draft.waiting_for_collection'],
  ['draft.waiting_for_collection', 'draft.collecting'],
  ['draft.collecting', 'draft.validating'],
  ['draft.validating', 'draft.syncing'],
  ['draft.syncing', 'draft.waiting_auto_approval'],
  ['draft.waiting_auto_approval', 'draft.ready_to_issue'],
  ['draft.ready_to_issue', 'issuing.line_finalization'],
  ['issuing.line_finalization', 'issuing.syncing'],
  ['issuing.syncing', 'issuing.charge_booking'],
  ['issuing.charge_booking', 'issued'],
  ['issued', 'payment_processing.pending'],
  ['payment_processing.booking_authorized_and_settled', 'paid'],
  ['payment_processing.booking_authorized', 'payment_processing.authorized'],
  ['payment_processing.booking_settled', 'paid'],
  ['delete.in_progress', 'delete.syncing'],
  ['delete.syncing', 'deleted'],
])('%s becomes %s by itself', (status, to) => {
  expect(nextStep({ ...input, status }, NOW)).toEqual({ to })
})

test('every other state waits for somebody', () => {
  const moving = STATUSES.filter((status) => 'to' in nextStep({ ...input, status }, NOW))
  expect(moving).toHaveLength(17)
  const final = STATUSES.filter((status) => retryTarget(status) === undefined && !moving.includes(status))
  expect(final).toEqual([
    'gathering',
    'draft.manual_approval_needed',
    'deleted',
    'payment_processing.pending',
    'payment_processing.authorized',
    'paid',
    'uncollectible',
    'voided',
  ])
})

test.each<[Status, Status]>([
  ['draft.invalid', 'draft.validating'],
  ['draft.sync_failed', 'draft.validating'],
  ['issuing.line_finalization_failed', 'issuing.line_finalization'],
  ['issuing.failed', 'issuing.syncing'],
  ['issuing.charge_booking_failed', 'issuing.charge_booking'],
  ['delete.failed', 'delete.syncing'],
  ['payment_processing.failed', 'payment_processing.pending'],
  ['payment_processing.action_required', 'payment_processing.pending'],
  ['overdue', 'payment_processing.pending'],
])('%s is retried at %s', (status, target) => {
  expect(retryTarget(status)).toBe(target)
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
  ['payment_processing.authorized', ['paid']],
])('%s allows %s', (status, allowed) => {
  expect(TRIGGERS.filter((trigger) => payment(status, trigger) !== null)).toEqual(allowed)
})

test('no other state knows payments', () => {
  const unpaid = /^payment_processing\.(pending|failed|action_required|authorized)$|^overdue$|^uncollectible$/
  for (const status of STATUSES.filter((one) => !unpaid.test(one))) {
    expect(TRIGGERS.map((trigger) => payment(status, trigger))).toEqual(TRIGGERS.map(() => null))
  }
})
