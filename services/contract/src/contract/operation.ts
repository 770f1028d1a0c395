import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type {
  AutoRenew,
  ContractLine,
  ContractState,
  Financing,
  OperationName,
  Price,
  Sla,
  Split,
} from '@draupnir/wire'

/** What is agreed at the beginning. */
export type Terms = Pick<
  ContractState,
  'currency' | 'cadence' | 'net_days' | 'collection_method' | 'platform_fee_rate' | 'time_zone' | 'tax_rate' | 'term'
>

/** Terms that `set_terms` may change; what is absent stays. */
export type TermsChange = Partial<Omit<Terms, 'platform_fee_rate'>>

type LineId = { readonly line_id: Id<'contractLine'> }

/** What each operation carries. A new one is a member here, a case of `evolve`, a rule, a verb, a route and an event. */
export interface Payloads {
  readonly create: Terms & Pick<ContractState, 'id' | 'buyer_id'>
  readonly add_line: { readonly line: ContractLine }
  readonly remove_line: LineId
  readonly change_quantity: LineId & { readonly quantity: string }
  readonly reprice_line: LineId & { readonly price: Price }
  readonly set_discount: LineId & { readonly discount_rate: string }
  readonly assign_devices: LineId & {
    readonly device_ids: readonly Id<'device'>[]
    readonly host_id: Id<'party'> | null
  }
  readonly set_terms: TermsChange
  readonly set_financing: { readonly financing: Financing | null }
  readonly set_splits: { readonly platform_fee_rate: string; readonly splits: readonly Split[] }
  readonly set_sla: { readonly line_id: Id<'contractLine'> | null; readonly sla: Sla | null }
  readonly start_trial: { readonly ends_at: Instant; readonly on_end: 'convert' | 'expire' }
  readonly activate: { readonly billing_anchor: Instant }
  readonly suspend: Record<never, never>
  readonly resume: Record<never, never>
  readonly terminate: { readonly when: TerminationTime }
  readonly renew: { readonly term: string; readonly uplift_rate: string }
  readonly set_auto_renew: { readonly auto_renew: AutoRenew }
  readonly transfer: { readonly buyer_id: Id<'party'> }
  readonly correct: { readonly edit_id: Id<'contractEdit'>; readonly replacement: Effect }
  readonly void: { readonly edit_id: Id<'contractEdit'> }
}

export type TerminationTime = 'now' | 'period_end' | 'at'

type OperationOf<N extends OperationName> = { [K in N]: { readonly operation: K; readonly payload: Payloads[K] } }[N]

/** What an edit does. */
export type Operation = OperationOf<OperationName>
/** What changes a contract; `correct` has one of these in it, and `void` none. */
export type Effect = OperationOf<Exclude<OperationName, 'correct' | 'void'>>

/** An operation with the moment it holds from, why, and the edit it takes the place of. */
export type Decision = Operation & {
  readonly effective_at: Instant
  readonly cause: string | null
  readonly supersedes: Id<'contractEdit'> | null
}

/** One entry of the log; never changed. */
export type Edit = Decision & {
  readonly id: Id<'contractEdit'>
  /** The order of recording, from 1. */
  readonly seq: number
  /** Its place among edits that hold from the same moment: the `seq` of the edit first recorded there. */
  readonly rank: number
  /** Recorded by the contract itself, as the end of a trial or a term; gives way to what people decide. */
  readonly automatic: boolean
  readonly recorded_at: Instant
  readonly actor: string
}

/** What the edit does to the contract; null for a `void`. */
export function effectOf(edit: Operation): Effect | null {
  if (edit.operation === 'void') return null
  return edit.operation === 'correct' ? edit.payload.replacement : edit
}
