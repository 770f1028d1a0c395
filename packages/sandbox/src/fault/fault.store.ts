import type { Sql } from '../database.ts'
import { type Fault, type FaultInput, type FaultTarget, matches } from './fault.ts'

const columns = (sql: Sql) => sql`id, match, effect, status, delay_ms, remaining, used`

export async function addFault(sql: Sql, input: FaultInput): Promise<Fault | undefined> {
  const [fault] = await sql<Fault[]>`
    insert into sandbox.faults (match, effect, status, delay_ms, remaining)
    values (${sql.json(input.match)}, ${input.effect}, ${input.status ?? null}, ${input.delay_ms ?? null}, ${input.remaining ?? null})
    returning ${columns(sql)}`
  return fault
}

export async function listFaults(sql: Sql): Promise<readonly Fault[]> {
  return sql<Fault[]>`select ${columns(sql)} from sandbox.faults order by id`
}

export async function removeFaults(sql: Sql, id?: number): Promise<number> {
  const removed = await sql`delete from sandbox.faults ${id === undefined ? sql`` : sql`where id = ${id}`} returning 1`
  return removed.length
}

/** Takes the oldest live rule that matches, counting it down. */
export async function takeFault(sql: Sql, target: FaultTarget): Promise<Fault | undefined> {
  const live = await sql<Fault[]>`
    select ${columns(sql)} from sandbox.faults where remaining is null or remaining > 0 order by id`
  for (const fault of live) {
    if (!matches(fault, target)) continue
    const taken = await sql`
      update sandbox.faults set used = used + 1, remaining = remaining - 1
      where id = ${fault.id} and (remaining is null or remaining > 0) returning 1`
    if (taken.length > 0) return fault
  }
  return undefined
}
