import type { Context } from '@draupnir/db'
import { assert, refuse, required } from '@draupnir/errors'
import { emitLater, MAX_DATA_CHARACTERS, writeData } from '@draupnir/outbox'
import type { Period } from '@draupnir/time'
import {
  CONTRACT_EDITS,
  type ContractLineAdded,
  type ContractState,
  type ContractTerminated,
  type DataOf,
  type EditData,
  type EventDefinition,
  OPERATIONS,
  type OperationName,
} from '@draupnir/wire'
import { deltaOf } from './delta.ts'
import { type Edit, effectOf } from './operation.ts'

const EVENT_OF = new Map<OperationName, EventDefinition>(
  OPERATIONS.map((operation, index) => [operation, required(CONTRACT_EDITS[index], `no event of ${operation}`)]),
)

export interface Told {
  readonly edit: Edit
  readonly phase: EditData['phase']
  /** At the earliest moment the edit touches, without it and with it. */
  readonly before: ContractState | null
  readonly after: ContractState | null
  readonly touched: readonly Period[]
  readonly serving?: EditData['serving']
  /** As it holds now. */
  readonly contract: ContractState
}

/** Tells of an edit when it is recorded, and again when it begins later; on its way when this returns. */
export function emitEdit(ctx: Context, told: Told): void {
  const { edit, phase, before, after, touched, serving = [], contract } = told
  const data: EditData = {
    edit: editOnWire(edit),
    phase,
    ...deltaOf(before, after),
    touched_periods: touched.map(({ from, to }) => ({ from, to })),
    serving,
    contract,
  }
  const event = required(EVENT_OF.get(edit.operation), `no event of ${edit.operation}`)
  const json = writeData(event, { ...data, ...extraOf(edit) })
  requireFits(edit, json)
  emitLater(ctx, event, { aggregateId: contract.id, json })
}

/** Refuses `contract.edit-too-large`: a late edit of a contract that changes all the time can touch more than an event holds. */
export function requireFits({ id }: Pick<Edit, 'id'>, json: string): void {
  if (json.length > MAX_DATA_CHARACTERS) refuse('contract.edit-too-large', { edit_id: id })
}

/** The event of an operation. */
export function eventOf(operation: OperationName): EventDefinition {
  return required(EVENT_OF.get(operation), `no event of ${operation}`)
}

/** An edit as every event of it carries it. */
export function editOnWire({ id, operation, effective_at, recorded_at, actor, cause, supersedes }: Edit) {
  return { id, operation, effective_at, recorded_at, actor, cause, supersedes }
}

function extraOf(
  edit: Edit,
): Partial<Pick<DataOf<typeof ContractLineAdded>, 'line'> & Pick<DataOf<typeof ContractTerminated>, 'cause'>> {
  const effect = edit.operation === 'correct' ? null : effectOf(edit)
  if (effect === null) return {}
  assert(effect.operation === edit.operation, 'an edit is told by its own event')
  if (effect.operation === 'add_line') return { line: { ...effect.payload.line, added_at: edit.effective_at } }
  return effect.operation === 'terminate' ? { cause: edit.cause ?? 'terminated' } : {}
}
