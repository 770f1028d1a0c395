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
  'ledger:read',
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

export type Scope = (typeof SCOPES)[number] | '*'

/** Whether a key with `held` may do what needs `scope`. */
export function holds(held: readonly string[], scope: string): boolean {
  return held.includes('*') || held.includes(scope)
}

/** The scopes of a key, spelled out. */
export function spelledOut(held: readonly string[]): string[] {
  return held.includes('*') ? [...SCOPES] : [...held]
}
