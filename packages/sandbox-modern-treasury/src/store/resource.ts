import type { JsonValue } from '@draupnir/errors'
import { notFound } from '../api/errors.ts'
import { timestamp, type Unit } from '../api/unit.ts'
import type { Bodies, Extras } from './bodies.ts'

export type Kind = keyof Bodies
export type ExtraOf<K extends Kind> = K extends keyof Extras ? Extras[K] : Record<string, never>

export interface Resource<K extends Kind> {
  readonly body: Bodies[K]
  readonly extra: ExtraOf<K>
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Writes a new resource; `extra` is what the bank knows of it and the API never says. */
export async function insert<K extends Kind>(unit: Unit, kind: K, body: Bodies[K], extra?: ExtraOf<K>): Promise<void> {
  const row = { id: body.id, kind, body: unit.sql.json(json(body)), extra: unit.sql.json(json(extra ?? {})) }
  await unit.sql`insert into resource ${unit.sql(row)}`
}

/** Writes several new resources of a kind at once. */
export async function insertAll<K extends Kind>(unit: Unit, kind: K, resources: readonly Resource<K>[]): Promise<void> {
  if (resources.length === 0) return
  const rows = resources.map(({ body, extra }) => ({
    id: body.id,
    kind,
    body: unit.sql.json(json(body)),
    extra: unit.sql.json(json(extra)),
  }))
  await unit.sql`insert into resource ${unit.sql(rows)}`
}

/** The living ones of these, locked in the order of their ids until the end of the transaction. */
export async function lockAll<K extends Kind>(
  unit: Unit,
  kind: K,
  ids: readonly string[],
): Promise<readonly Resource<K>[]> {
  return unit.sql<Resource<K>[]>`
    select body, extra from resource
    where id = any(${[...ids]}::uuid[]) and kind = ${kind} and discarded_at is null order by id for update`
}

export async function find<K extends Kind>(
  unit: Unit,
  kind: K,
  id: string,
  lock = false,
): Promise<Resource<K> | undefined> {
  if (!UUID.test(id)) return undefined
  const [row] = await unit.sql<Resource<K>[]>`
    select body, extra from resource where id = ${id} and kind = ${kind} and discarded_at is null
    ${lock ? unit.sql`for update` : unit.sql``}`
  return row
}

/** The resource, or 404 `resource_not_found`. */
export async function load<K extends Kind>(unit: Unit, kind: K, id: string): Promise<Resource<K>> {
  return (await find(unit, kind, id)) ?? notFound(kind)
}

/** The resource with its row locked until the end of the transaction, or 404 `resource_not_found`. */
export async function lock<K extends Kind>(unit: Unit, kind: K, id: string): Promise<Resource<K>> {
  return (await find(unit, kind, id, true)) ?? notFound(kind)
}

/** Stores changed fields, sets `updated_at` and returns the new body. */
export async function save<K extends Kind>(
  unit: Unit,
  kind: K,
  body: Bodies[K],
  extra?: ExtraOf<K>,
): Promise<Bodies[K]> {
  const updated = { ...body, updated_at: timestamp(unit.now) }
  await unit.sql`
    update resource set body = ${unit.sql.json(json(updated))}
    ${extra === undefined ? unit.sql`` : unit.sql`, extra = ${unit.sql.json(json(extra))}`}
    where id = ${body.id} and kind = ${kind}`
  return updated
}

/** Stores several changed resources at once, bodies and extras, and sets their `updated_at`. */
export async function saveAll<K extends Kind>(unit: Unit, kind: K, resources: readonly Resource<K>[]): Promise<void> {
  if (resources.length === 0) return
  const changed = resources.map(({ body, extra }) => ({ body: { ...body, updated_at: timestamp(unit.now) }, extra }))
  await unit.sql`
    update resource r set body = u.value -> 'body', extra = u.value -> 'extra'
    from jsonb_array_elements(${unit.sql.json(json(changed))}) u(value)
    where r.id = (u.value -> 'body' ->> 'id')::uuid and r.kind = ${kind}`
}

/** Discarded resources are gone from lists and lookups. */
export async function discard<K extends Kind>(unit: Unit, kind: K, body: Bodies[K]): Promise<Bodies[K]> {
  const gone = { ...body, discarded_at: timestamp(unit.now) }
  await unit.sql`update resource set discarded_at = ${unit.now} where id = ${body.id}`
  return save(unit, kind, gone)
}

/** Every living resource whose body contains `part`, oldest first. */
export async function findWhere<K extends Kind>(
  unit: Unit,
  kind: K,
  part: Readonly<Record<string, JsonValue>>,
): Promise<readonly Resource<K>[]> {
  return unit.sql<Resource<K>[]>`
    select body, extra from resource
    where kind = ${kind} and discarded_at is null and body @> ${unit.sql.json(part)} order by seq`
}

// Bodies are plain data by construction; the types of the SDK cannot say so.
function json(value: object): JsonValue {
  return value as JsonValue
}
