import type { Id } from '@draupnir/ids'
import { PLATFORM_TENANT } from '../tenant/tenant.ts'

/** Every scope there is; a key may hold any of them, `*` holds all. */
export const SCOPES = [
  'api-keys:write',
  'api-keys:read',
  'contracts:read',
  'contracts:write',
  'devices:read',
  'devices:write',
  'events:read',
  'invoices:read',
  'invoices:write',
  'ledger:read',
  'ledger:write',
  'operations:read',
  'operations:write',
  'parties:read',
  'parties:write',
  'pay-ins:read',
  'pay-ins:write',
  'payouts:read',
  'sandbox:write',
  'settlements:read',
  'tenants:write',
] as const

/** Of the whole system, poison and tenants included: no key of a marketplace ever holds them. */
const PLATFORM_ONLY: readonly string[] = ['operations:read', 'operations:write', 'tenants:write']

/** Whether a key with `held` may do what needs `scope`. */
export function holds(held: readonly string[], scope: string): boolean {
  return held.includes(scope)
}

/** What a key of a tenant may do, `*` spelled out. */
export function spelledOut(held: readonly string[], tenant: Id<'tenant'>): string[] {
  const scopes: readonly string[] = held.includes('*') ? SCOPES : held
  return scopes.filter((scope) => tenant === PLATFORM_TENANT || !PLATFORM_ONLY.includes(scope))
}
