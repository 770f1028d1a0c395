import type { Instant } from '@draupnir/time'

export const STATUSES = [
  'gathering',
  'draft.created',
  'draft.updating',
  'draft.waiting_for_collection',
  'draft.collecting',
  'draft.validating',
  'draft.invalid',
  'draft.syncing',
  'draft.sync_failed',
  'draft.manual_approval_needed',
  'draft.waiting_auto_approval',
  'draft.ready_to_issue',
  'issuing.line_finalization',
  'issuing.line_finalization_failed',
  'issuing.syncing',
  'issuing.failed',
  'issuing.charge_booking',
  'issuing.charge_booking_failed',
  'issued',
  'delete.in_progress',
  'delete.syncing',
  'delete.failed',
  'deleted',
  'payment_processing.pending',
  'payment_processing.booking_authorized_and_settled',
  'payment_processing.booking_authorized',
  'payment_processing.authorized',
  'payment_processing.booking_settled',
  'payment_processing.failed',
  'payment_processing.action_required',
  'overdue',
  'paid',
  'uncollectible',
  'voided',
] as const
export type Status = (typeof STATUSES)[number]
export type Trigger =
  | 'paid'
  | 'payment_failed'
  | 'payment_uncollectible'
  | 'payment_overdue'
  | 'action_required'
  | 'void'

/** Everything the machine looks at. */
export interface MachineInput {
  readonly status: Status
  readonly autoAdvance: boolean
  readonly collectionAt: Instant | null
  readonly draftUntil: Instant | null
  readonly hasLines: boolean
  /** The hook is on and its call has not come. */
  readonly awaitsDraftSync: boolean
  readonly awaitsIssuingSync: boolean
  /** What the sandbox app does to a pending payment by itself; null for custom invoicing. */
  readonly paymentOutcome: Trigger | null
}

export type Step = { readonly to: Status } | { readonly waitUntil: Instant } | { readonly stop: true }

const STOP: Step = { stop: true }
const MUTABLE: ReadonlySet<Status> = new Set([
  'gathering',
  'draft.created',
  'draft.waiting_for_collection',
  'draft.collecting',
  'draft.validating',
  'draft.invalid',
  'draft.sync_failed',
  'draft.ready_to_issue',
  'draft.waiting_auto_approval',
  'draft.manual_approval_needed',
])
const RETRY: Partial<Readonly<Record<Status, Status>>> = {
  'draft.invalid': 'draft.validating',
  'draft.sync_failed': 'draft.validating',
  'issuing.line_finalization_failed': 'issuing.line_finalization',
  'issuing.failed': 'issuing.syncing',
  'issuing.charge_booking_failed': 'issuing.charge_booking',
  'delete.failed': 'delete.syncing',
  'payment_processing.failed': 'payment_processing.pending',
  'payment_processing.action_required': 'payment_processing.pending',
  overdue: 'payment_processing.pending',
}

/** Where a step leads that fails. A payment that cannot be booked whole is only authorized. */
const FAILURE: Partial<Readonly<Record<Status, Status>>> = {
  'draft.validating': 'draft.invalid',
  'draft.syncing': 'draft.sync_failed',
  'issuing.line_finalization': 'issuing.line_finalization_failed',
  'issuing.syncing': 'issuing.failed',
  'issuing.charge_booking': 'issuing.charge_booking_failed',
  'delete.syncing': 'delete.failed',
  'payment_processing.booking_authorized_and_settled': 'payment_processing.booking_authorized',
}

/** The state in which a failure of the step leaves an invoice; undefined where no step can fail. */
export const failureOf = (status: Status): Status | undefined => FAILURE[status]

/** The next automatic step of an invoice, what it waits for, or that it waits for somebody. */
export function nextStep(input: MachineInput, now: Instant): Step {
  switch (input.status) {
    case 'draft.created':
    case 'draft.updating':
      return { to: 'draft.waiting_for_collection' }
    case 'draft.waiting_for_collection':
      return after(input.collectionAt, now, 'draft.collecting')
    case 'draft.collecting':
      return { to: 'draft.validating' }
    case 'draft.validating':
      return { to: 'draft.syncing' }
    case 'draft.syncing':
      if (input.awaitsDraftSync) return STOP
      return { to: input.autoAdvance ? 'draft.waiting_auto_approval' : 'draft.manual_approval_needed' }
    case 'draft.waiting_auto_approval':
      return after(input.draftUntil, now, 'draft.ready_to_issue')
    case 'draft.ready_to_issue':
      return { to: input.hasLines ? 'issuing.line_finalization' : 'delete.in_progress' }
    case 'issuing.line_finalization':
      return { to: 'issuing.syncing' }
    case 'issuing.syncing':
      return input.awaitsIssuingSync ? STOP : { to: 'issuing.charge_booking' }
    case 'issuing.charge_booking':
      return { to: 'issued' }
    case 'issued':
      return { to: 'payment_processing.pending' }
    case 'payment_processing.pending':
      return input.paymentOutcome === null ? STOP : { to: payment(input.status, input.paymentOutcome) ?? input.status }
    case 'payment_processing.booking_authorized':
      return { to: 'payment_processing.authorized' }
    case 'payment_processing.booking_settled':
    case 'payment_processing.booking_authorized_and_settled':
      return { to: 'paid' }
    case 'delete.in_progress':
      return { to: 'delete.syncing' }
    case 'delete.syncing':
      return { to: 'deleted' }
    default:
      return STOP
  }
}

function after(moment: Instant | null, now: Instant, to: Status): Step {
  return moment === null || moment <= now ? { to } : { waitUntil: moment }
}

const UNPAID: ReadonlySet<Status> = new Set([
  'payment_processing.pending',
  'payment_processing.failed',
  'payment_processing.action_required',
  'overdue',
  'uncollectible',
])

/** Where a payment trigger leads; null where it is not allowed. */
export function payment(status: Status, trigger: Trigger): Status | null {
  if (status === 'payment_processing.authorized')
    return trigger === 'paid' ? 'payment_processing.booking_settled' : null
  if (!UNPAID.has(status)) return null
  if (trigger === 'paid') return 'payment_processing.booking_authorized_and_settled'
  if (trigger === 'void') return status === 'overdue' ? null : 'voided'
  if (status === 'uncollectible') return null
  const target = AFTER_TRIGGER[trigger]
  return target === status ? null : target
}

const AFTER_TRIGGER: Readonly<Record<Exclude<Trigger, 'paid' | 'void'>, Status>> = {
  payment_failed: 'payment_processing.failed',
  action_required: 'payment_processing.action_required',
  payment_overdue: 'overdue',
  payment_uncollectible: 'uncollectible',
}

/** Where the machine comes to rest from here, with nothing changing around it. */
export function restingState(input: MachineInput, from: Status, now: Instant): Status {
  let status = from
  for (let i = 0; i < STATUSES.length; i += 1) {
    const step = nextStep({ ...input, status }, now)
    if (!('to' in step)) return status
    status = step.to
  }
  return status
}

export const isMutable = (status: Status): boolean => MUTABLE.has(status)
export const isFailed = (status: Status): boolean => status === 'draft.invalid' || status.endsWith('failed')
export const isFinal = (status: Status): boolean => ['paid', 'voided', 'deleted', 'uncollectible'].includes(status)
export const retryTarget = (status: Status): Status | undefined => RETRY[status]
export const canDelete = (status: Status): boolean => /^(draft|issuing)\./.test(status)
export const canApprove = (status: Status): boolean =>
  status === 'draft.waiting_auto_approval' || status === 'draft.manual_approval_needed'
export const canSnapshot = (status: Status): boolean => status === 'draft.waiting_for_collection'
