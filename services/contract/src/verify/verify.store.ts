import type { Db } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Finding } from '@draupnir/service'
import type { Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import type { Edit } from '../contract/contract.ts'

export interface StoredContract {
  readonly id: Id<'contract'>
  readonly version: number
  readonly lifecycle: string
  readonly state: ContractState
  readonly folded_at: Instant
  readonly log: readonly Edit[]
}

/** Heads with their logs, in the order of ids. */
export async function contractsAfter(db: Db, after: string, limit: number): Promise<StoredContract[]> {
  const heads = await db.sql<Omit<StoredContract, 'log'>[]>`
    select id, version, lifecycle, state, folded_at from contracts where id > ${after} order by id limit ${limit}`
  const edits = await db.sql<(Edit & { contract_id: string })[]>`
    select contract_id, seq, id, operation, payload, effective_at, recorded_at, actor, cause, supersedes
    from contract_edits where contract_id = any(${heads.map(({ id }) => id)}::text[]) order by contract_id, seq`
  const logs = Map.groupBy(edits, (edit) => edit.contract_id)
  return heads.map((head) => ({ ...head, log: logs.get(head.id) ?? [] }))
}

/** Contracts whose number of events is not their number of edits. */
export async function untoldEdits(db: Db): Promise<Finding[]> {
  return await db.sql<Finding[]>`
    select 'contract ' || coalesce(e.contract_id, s.aggregate_id) as row,
      coalesce(e.edits, 0) || ' edits, ' || coalesce(s.last_seq, 0) || ' events' as detail
    from (select contract_id, count(*) as edits from contract_edits group by contract_id) e
    full join (select * from outbox_sequence where aggregate_type = 'contract') s on s.aggregate_id = e.contract_id
    where e.edits is distinct from s.last_seq`
}

/** Devices that two lines hold at one time. */
export async function sharedDevices(db: Db): Promise<Finding[]> {
  return await db.sql<Finding[]>`
    select 'device ' || a.device_id as row, 'on ' || a.line_id || ' and ' || b.line_id || ' at one time' as detail
    from device_assignments a join device_assignments b on b.tenant_id = a.tenant_id and b.device_id = a.device_id
      and b.line_id > a.line_id and tstzrange(a.assigned_from, a.assigned_until) && tstzrange(b.assigned_from, b.assigned_until)`
}

/** Devices of lines of contracts that are not held for them, and the other way round. */
export async function straySeats(db: Db): Promise<Finding[]> {
  return await db.sql<Finding[]>`
    with named as (
      select c.id as contract_id, line ->> 'id' as line_id, device #>> '{}' as device_id, (c.state ->> 'ends_at')::timestamptz as until
      from contracts c, jsonb_array_elements(c.state -> 'lines') line, jsonb_array_elements(line -> 'device_ids') device)
    select 'assignment ' || coalesce(n.line_id, a.line_id) || ' ' || coalesce(n.device_id, a.device_id) as row,
      case when a.line_id is null then 'the device is not held' when n.line_id is null then 'the line does not name the device'
        else 'held until another moment than the contract ends' end as detail
    from named n full join device_assignments a on a.line_id = n.line_id and a.device_id = n.device_id
    where a.line_id is null or n.line_id is null or a.assigned_until is distinct from n.until`
}
