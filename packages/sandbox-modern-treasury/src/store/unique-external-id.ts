import { invalid } from '../api/errors.ts'
import type { Unit } from '../api/unit.ts'
import { findWhere, type Kind } from './resource.ts'

/** Refuses a second living resource of this kind with the same external id, also while the first is being written. */
export async function claimExternalId(unit: Unit, kind: Kind, externalId: string | null | undefined): Promise<void> {
  if (!externalId) return
  await unit.sql`select pg_advisory_xact_lock(hashtextextended(${`external_id:${kind}:${externalId}`}, 0))`
  const [taken] = await findWhere(unit, kind, { external_id: externalId })
  if (taken) invalid('external_id', `Another ${kind.replaceAll('_', ' ')} exists using the external ID you provided`)
}
