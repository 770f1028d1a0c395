import type { Context } from '@draupnir/db'
import { etagOf, strict } from '@draupnir/http'
import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { contractResource, previewResource } from './contract.schemas.ts'
import type { EditOptions, Outcome } from './edit-contract.ts'
import { viewContract } from './read-contract.ts'

const query = strict({ dry_run: z.enum(['true', 'false']).default('false') })

/** What all routes of operations share. With `dry_run=true` they say what would be; `If-Match` is the version they are meant for. */
export const edit = {
  method: 'post',
  scope: 'contracts:write',
  tags: ['Contracts'],
  query,
  versioned: true,
  idempotency: 'shared',
  responses: { 200: contractResource, 202: previewResource },
} as const

export const ofContract = strict({ contract_id: idField('contract') })
export const ofLine = strict({ contract_id: idField('contract'), line_id: idField('contractLine') })
export const ofEdit = strict({ contract_id: idField('contract'), edit_id: idField('contractEdit') })

export function optionsOf(asked: {
  readonly headers: Headers
  readonly query: { readonly dry_run: 'true' | 'false' }
}): EditOptions {
  return { dryRun: asked.query.dry_run === 'true', ifMatch: asked.headers.get('if-match') }
}

/** The contract after the edit, or what it would be. */
export async function reply<const S extends 200 | 201>(
  ctx: Context,
  edited: Promise<Outcome>,
  options: EditOptions,
  status: S,
) {
  const { state, createdAt, preview } = await edited
  if (options.dryRun === true) {
    const { timeline = null, corrections = [], current_period = null } = preview ?? {}
    const body = {
      contract: state,
      timeline: timeline && mutable(timeline),
      corrections: mutable(corrections),
      current_period: current_period && mutable(current_period),
    }
    return { status: 202, body, unrecorded: true } as const
  }
  const body = await viewContract(ctx, { state, createdAt })
  return { status, body, headers: { etag: etagOf(body.version) } } as const
}

// What is read only here is a plain body to HTTP.
function mutable<T>(value: T): Mutable<T> {
  return value as Mutable<T>
}

type Mutable<T> = T extends string | number | boolean | null ? T : { -readonly [K in keyof T]: Mutable<T[K]> }
