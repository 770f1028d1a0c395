import type { WireMoney } from '@draupnir/money'
import type { ContractState, ContractSync, Device, Invoice, Party, PayIn, Payout, Settlement } from '@draupnir/wire'

/** What the story reads of the API's answers. */
export type PartyResource = Party
export type DeviceResource = Device
export type PayInResource = PayIn
export type PayoutResource = Payout
export type SettlementResource = Settlement
export type InvoiceResource = Invoice
export interface BankAccountResource {
  readonly id: string
  readonly last4: string
}
export interface ContractResource extends ContractState {
  readonly sync: Pick<ContractSync, 'sync_state'>
  readonly billing_status: string
}
export interface List<T> {
  readonly data: readonly T[]
}
export interface Wallet {
  readonly balances: readonly {
    readonly account: string
    readonly posted: WireMoney
    readonly pending: WireMoney
  }[]
}
export interface TrialBalance {
  readonly currencies: readonly {
    readonly currency: string
    readonly debits: string
    readonly credits: string
    readonly difference: string
  }[]
}
