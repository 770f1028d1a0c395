import { type ModernTreasury, type ModernTreasuryConfig, modernTreasury } from '@draupnir/modern-treasury'

export interface BankConfig extends ModernTreasuryConfig {
  readonly internalAccountId: string | null
}

/** The bank partner: Modern Treasury and the account that money moves through. */
export interface Bank {
  readonly mt: ModernTreasury
  readonly internalAccountId: string | null
}

export function openBank(config: BankConfig): Bank {
  return { mt: modernTreasury(config), internalAccountId: config.internalAccountId }
}

/** The answer of a call, or why the bank refused it for good. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string }
