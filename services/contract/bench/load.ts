import type { DbPool } from '@draupnir/db'
import { type Id, parseId } from '@draupnir/ids'
import { type Instant, instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { activateOf, addLineOf, create, flat, lineOf } from '../src/contract/book.fixture.ts'
import type { Edit, Operation } from '../src/contract/operation.ts'
import { SNAPSHOT_EVERY } from '../src/contract/reach.ts'
import { steps } from '../src/contract/replay.ts'

export const START: Instant = instant('2025-01-01T00:00:00Z')
export const TENANT = parseId('tenant', `ten_${'0'.repeat(26)}`)
export const PER_CONTRACT = 10
const FIRST_EDITS = 3
const LINE = lineOf(flat('100'))

export const lineId = LINE.id
export const contractId = (n: number): Id<'contract'> => parseId('contract', `ctr_${String(n).padStart(26, '0')}`)

/** Contracts `first` to `last` of `edits` edits each: made, and then another quantity every hour. Set-based. */
export async function load(owner: DbPool, first: number, last: number, edits: number): Promise<void> {
  const state = JSON.stringify(opened())
  const { sql } = owner
  const contracts = sql`generate_series(${first}::int, ${last}::int) as c, lpad(c::text, 26, '0') as body`
  const at = sql`(${START}::timestamptz + least(s - ${FIRST_EDITS}, ${edits}) * interval '1 hour' * (s > ${FIRST_EDITS})::int)`
  const quantity = sql`(s % 90 + 1)::text`
  const shown = sql`jsonb_set(${state}::jsonb, '{lines,0,quantity}', to_jsonb(${quantity}))`
  const end = sql`(${START}::timestamptz + ${edits - FIRST_EDITS} * interval '1 hour')`
  await sql`
    insert into contracts (id, tenant_id, buyer_id, lifecycle, version, edits, state, folded_at, last_effective_at, created_at, tail, calendar)
    select 'ctr_' || body, ${TENANT}, 'pty_' || body, 'active', ${edits}, ${edits},
      jsonb_set(jsonb_set(${shown}, '{id}', to_jsonb('ctr_' || body)), '{version}', to_jsonb(s)), ${end}, ${end}, ${START}, s % ${SNAPSHOT_EVERY},
      jsonb_build_object('currency', ${shown} -> 'currency', 'cadence', ${shown} -> 'cadence', 'billing_anchor', ${shown} -> 'billing_anchor')
    from ${contracts}, (select ${edits}::int as s) as n`
  await sql`
    insert into contract_edits (contract_id, seq, id, tenant_id, operation, payload, effective_at, recorded_at, actor, rank, version,
      last_effective_at)
    select 'ctr_' || body, s, 'edt_' || lpad(c::text || lpad(s::text, 6, '0'), 26, '0'), ${TENANT},
      case s when 1 then 'create' when 2 then 'add_line' when 3 then 'activate' else 'change_quantity' end,
      case when s = 1 then jsonb_set(${payload(0)}::jsonb, '{id}', to_jsonb('ctr_' || body))
        when s = 2 then ${payload(1)}::jsonb when s = 3 then ${payload(2)}::jsonb
        else jsonb_build_object('line_id', ${LINE.id}::text, 'quantity', ${quantity}) end,
      ${at}, ${at}, 'key_bench', s, s, ${at}
    from ${contracts}, generate_series(1, ${edits}::int) as s`
  await sql`
    insert into contract_placements (contract_id, effective_at, rank, edit_seq, stands_from, ends)
    select 'ctr_' || body, ${at}, s, s, s, false from ${contracts}, generate_series(1, ${edits}::int) as s`
  await sql`
    insert into contract_snapshots (contract_id, effective_at, rank, known_from, state)
    select 'ctr_' || body, ${at}, s, s, jsonb_set(${shown}, '{id}', to_jsonb('ctr_' || body))
    from ${contracts}, generate_series(${SNAPSHOT_EVERY}::int, ${edits}::int, ${SNAPSHOT_EVERY}::int) as s`
  await sql`
    insert into outbox_sequence (aggregate_type, aggregate_id, tenant_id, last_seq)
    select 'contract', 'ctr_' || body, ${TENANT}, ${edits} from ${contracts}`
}

/** So that plans know the sizes. */
export async function settle(owner: DbPool): Promise<void> {
  await owner.sql.unsafe('vacuum analyze contracts, contract_edits, contract_placements, contract_snapshots')
}

const OPENING: readonly Operation[] = [create(), addLineOf(LINE), activateOf(START)]

function payload(index: number): string {
  return JSON.stringify(OPENING[index]?.payload)
}

function opened(): ContractState {
  const edits = OPENING.map((operation, index): Edit => {
    const id = parseId('contractEdit', `edt_${String(index).padStart(26, '0')}`)
    const seq = index + 1
    const base = { id, seq, rank: seq, automatic: false, effective_at: START, recorded_at: START }
    return { ...operation, ...base, actor: 'key_bench', cause: null, supersedes: null }
  })
  const state = steps(null, edits).at(-1)?.state
  if (state === undefined) throw new Error('nothing was opened')
  return state
}
