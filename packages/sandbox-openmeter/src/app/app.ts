import type { Instant } from '@draupnir/time'
import { compact, type Metadata } from '../shared/shape.ts'

export type AppType = 'sandbox' | 'custom_invoicing'
export const APP_TYPES: readonly AppType[] = ['sandbox', 'custom_invoicing']
const CAPABILITY_TYPES = ['calculateTax', 'invoiceCustomers', 'collectPayments'] as const

export interface App {
  readonly id: string
  readonly type: AppType
  readonly name: string
  readonly description: string | null
  readonly metadata: Metadata | null
  /** While on, an invoice stops in draft.syncing until `draft/synchronized` is called. */
  readonly draftSyncHook: boolean
  readonly issuingSyncHook: boolean
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly deletedAt: Instant | null
}

const LISTINGS: Readonly<Record<AppType, { name: string; description: string }>> = {
  sandbox: { name: 'Sandbox', description: 'Sandbox can be used to test OpenMeter without external connections.' },
  custom_invoicing: {
    name: 'Custom Invoicing',
    description: 'Custom Invoicing can be used to integrate with any invoicing and payment system.',
  },
}

export function listing(type: AppType) {
  return {
    type,
    ...LISTINGS[type],
    capabilities: CAPABILITY_TYPES.map((capability) => ({
      type: capability,
      key: `${type}_${capability.toLowerCase()}`,
      name: capability,
      description: `${LISTINGS[type].name}: ${capability}`,
    })),
    installMethods: ['no_credentials_required'],
  }
}

export function appView(app: App) {
  const { draftSyncHook, issuingSyncHook, ...rest } = app
  const hooks = { enableDraftSyncHook: draftSyncHook, enableIssuingSyncHook: issuingSyncHook }
  return {
    ...compact(rest),
    listing: listing(app.type),
    status: 'ready',
    ...(app.type === 'custom_invoicing' ? hooks : {}),
  }
}

export const defaultCapabilities = (): readonly string[] => CAPABILITY_TYPES
