import type { Sql } from '@draupnir/sandbox'
import type { Instant } from '@draupnir/time'
import { notFound } from '../shared/problem.ts'
import type { Unit } from '../shared/unit.ts'
import type { Profile } from './profile.ts'

const columns = (sql: Sql) => sql`
  id, name, description, metadata, supplier, workflow, app_id as "appId", is_default as "isDefault",
  created_at as "createdAt", updated_at as "updatedAt", deleted_at as "deletedAt"`

/** Writes a profile; a new default takes the place of the old one. */
export async function saveProfile({ sql, now }: Unit, profile: Profile): Promise<Profile> {
  if (profile.isDefault) {
    await sql`update billing_profiles set is_default = false, updated_at = ${now} where is_default and id <> ${profile.id}`
  }
  const row = {
    id: profile.id,
    name: profile.name,
    description: profile.description,
    metadata: profile.metadata ? sql.json(profile.metadata) : null,
    supplier: sql.json(JSON.parse(JSON.stringify(profile.supplier))),
    workflow: sql.json(JSON.parse(JSON.stringify(profile.workflow))),
    app_id: profile.appId,
    is_default: profile.isDefault,
    created_at: profile.createdAt,
    updated_at: now,
    deleted_at: profile.deletedAt,
  }
  await sql`insert into billing_profiles ${sql(row)} on conflict (id) do update set ${sql(row)}`
  return getProfile(sql, profile.id)
}

export async function getProfile(sql: Sql, id: string): Promise<Profile> {
  const [profile] = await sql<Profile[]>`select ${columns(sql)} from billing_profiles where id = ${id}`
  if (!profile) throw notFound('billing profile', id)
  return profile
}

export async function listProfiles(sql: Sql): Promise<readonly Profile[]> {
  return sql<Profile[]>`select ${columns(sql)} from billing_profiles where deleted_at is null order by created_at, id`
}

export async function profileUsesApp(sql: Sql, appId: string): Promise<boolean> {
  const rows = await sql`select 1 from billing_profiles where app_id = ${appId} and deleted_at is null limit 1`
  return rows.length > 0
}

export interface Override {
  readonly customerId: string
  readonly billingProfileId: string | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

const overrideColumns = (sql: Sql) => sql`
  customer_id as "customerId", billing_profile_id as "billingProfileId", created_at as "createdAt", updated_at as "updatedAt"`

export async function findOverride(sql: Sql, customerId: string): Promise<Override | undefined> {
  const [override] = await sql<Override[]>`
    select ${overrideColumns(sql)} from customer_overrides where customer_id = ${customerId}`
  return override
}

export async function listOverrides(sql: Sql): Promise<readonly Override[]> {
  return sql<Override[]>`
    select ${overrideColumns(sql)} from customer_overrides order by customer_id`
}

export async function saveOverride(
  { sql, now }: Unit,
  override: Pick<Override, 'customerId' | 'billingProfileId'>,
): Promise<void> {
  const row = { customer_id: override.customerId, billing_profile_id: override.billingProfileId }
  await sql`
    insert into customer_overrides ${sql({ ...row, created_at: now, updated_at: now })}
    on conflict (customer_id) do update set billing_profile_id = excluded.billing_profile_id, updated_at = ${now}`
}

export async function deleteOverride(sql: Sql, customerId: string): Promise<boolean> {
  const rows = await sql`delete from customer_overrides where customer_id = ${customerId} returning 1`
  return rows.length > 0
}

/** The profile a customer is billed by: its override's, or the default one. */
export async function profileOf(sql: Sql, customerId: string): Promise<Profile> {
  const [profile] = await sql<Profile[]>`
    select ${columns(sql)} from billing_profiles p where deleted_at is null and (
      id = (select billing_profile_id from customer_overrides where customer_id = ${customerId}) or is_default)
    order by is_default limit 1`
  if (!profile) throw notFound('billing profile', 'default')
  return profile
}
