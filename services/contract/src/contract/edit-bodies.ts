import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { AutoRenew } from '@draupnir/wire'
import type { z } from 'zod'
import type { correctBody } from './contract.schemas.ts'
import type { CorrectEdit } from './correct-edit.ts'
import type { Timing } from './edit-contract.ts'
import type { Effect } from './operation.ts'

export function autoRenewOf({ effective_at, cause, ...auto_renew }: AutoRenew & Timing) {
  return { auto_renew, effective_at: effective_at ?? null, cause: cause ?? null }
}

type Body = z.output<typeof correctBody>

/** Ids of what is replaced stay as they are; those given here are placeholders. */
export function correctionOf(edit_id: Id<'contractEdit'>, body: Body, newId: Context['newId']): CorrectEdit {
  return { ...body, edit_id, replacement: body.replacement && effectOf(body.replacement, newId) }
}

function effectOf(replacement: NonNullable<Body['replacement']>, newId: Context['newId']): Effect {
  if (replacement.operation === 'create')
    return { operation: 'create', payload: { ...replacement.payload, id: newId('contract') } }
  if (replacement.operation !== 'add_line') return replacement
  const { line } = replacement.payload
  const rest = { discount_rate: '0', sla: null, added_at: null }
  const id = newId('contractLine')
  return {
    operation: 'add_line',
    payload: { line: { ...line, ...rest, id, description: line.description ?? line.sku } },
  }
}
