import type { Db } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import type { Edit } from '../contract/operation.ts'

/** A row that breaks an invariant, and how. */
export interface WrongRow {
  readonly row: string
  readonly detail: string
}

export interface StoredContract {
  readonly id: Id<'contract'>
  readonly version: number
  readonly edits: number
  readonly lifecycle: string
  readonly state: ContractState
  readonly folded_at: Instant
  readonly log: readonly Edit[]
}

/** Heads with their logs, in the order of ids. */
export async function contractsAfter(db: Db, after: string, limit: number): Promise<StoredContract[]> {
  const heads = await db.sql<Omit<StoredContract, 'log'>[]>`
    select id, version, edits, lifecycle, state, folded_at from contracts where id > ${after} order by id limit ${limit}`
  const edits = await db.sql<(Edit & { contract_id: string })[]>`
    select contract_id, seq, rank, automatic, id, operation, payload, effective_at, recorded_at, actor, cause, supersedes
    from contract_edits where contract_id = any(${heads.map(({ id }) => id)}::text[]) order by contract_id, seq`
  const logs = Map.groupBy(edits, (edit) => edit.contract_id)
  return heads.map((head) => ({ ...head, log: logs.get(head.id) ?? [] }))
}

/** Contracts whose number of events is not their version: an edit, or its beginning, was not told. */
export async function untoldEdits(db: Db): Promise<WrongRow[]> {
  return await db.sql<WrongRow[]>`
    select 'contract ' || coalesce(c.id, s.aggregate_id) as row,
      'version ' || coalesce(c.version, 0) || ', ' || coalesce(s.last_seq, 0) || ' events' as detail
    from contracts c
    full join (select * from outbox_sequence where aggregate_type = 'contract') s on s.aggregate_id = c.id
    where c.version is distinct from s.last_seq`
}

/** Contracts whose places in the order of effect are not those of the edits that stand. */
export async function placements(
  db: Db,
  ids: readonly string[],
): Promise<{ contract_id: string; edit_seq: number; effective_at: Instant; rank: number }[]> {
  return await db.sql`
    select contract_id, edit_seq, effective_at, rank from contract_placements
    where contract_id = any(${[...ids]}::text[]) and stands_until is null order by contract_id, effective_at, rank`
}

/** The stored folds up to places in the order of effect, as known now. */
export async function snapshots(
  db: Db,
  ids: readonly string[],
): Promise<{ contract_id: string; effective_at: Instant; rank: number; state: ContractState }[]> {
  return await db.sql`
    select contract_id, effective_at, rank, state from contract_snapshots
    where contract_id = any(${[...ids]}::text[]) and known_until is null order by contract_id, effective_at, rank`
}

/** Devices that two lines hold at one time. */
export async function sharedDevices(db: Db): Promise<WrongRow[]> {
  return await db.sql<WrongRow[]>`
    select 'device ' || a.device_id as row, 'on ' || a.line_id || ' and ' || b.line_id || ' at one time' as detail
    from device_assignments a join device_assignments b on b.tenant_id = a.tenant_id and b.device_id = a.device_id
      and b.line_id > a.line_id and tstzrange(a.assigned_from, a.assigned_until) && tstzrange(b.assigned_from, b.assigned_until)`
}

/** Devices of lines of contracts that are not held for them, and the other way round. */
export async function straySeats(db: Db): Promise<WrongRow[]> {
  return await db.sql<WrongRow[]>`
    with named as (
      select c.id as contract_id, line ->> 'id' as line_id, device #>> '{}' as device_id
      from contracts c, jsonb_array_elements(c.state -> 'lines') line, jsonb_array_elements(line -> 'device_ids') device
      where c.lifecycle <> 'ended'),
    held as (
      select a.* from device_assignments a join contracts c on c.id = a.contract_id
      where a.assigned_from <= c.folded_at and (a.assigned_until is null or a.assigned_until > c.folded_at))
    select 'assignment ' || coalesce(n.line_id, a.line_id) || ' ' || coalesce(n.device_id, a.device_id) as row,
      case when a.line_id is null then 'the device is not held' else 'the line does not name the device' end as detail
    from named n full join held a on a.line_id = n.line_id and a.device_id = n.device_id
    where a.line_id is null or n.line_id is null`
}
