export type Side = 'debit' | 'credit'

/** One account of the chart: everything that is true of it, whoever owns it and in whatever currency. */
export interface AccountRule {
  readonly owner: 'party' | 'platform'
  readonly class: 'asset' | 'liability' | 'revenue' | 'expense'
  /** The side on which the balance grows. */
  readonly normal: Side
  /** Lowest balance in minor units, pending outflow counted; null where the account has no bound. */
  readonly floor: bigint | null
  readonly meaning: string
}

/** Every account there may be. Names are permanent: they are part of account refs. */
export const CHART = {
  available: party('Funds a party may spend or have paid out'),
  committed: party('Funds of a buyer set aside for an invoice'),
  pay_in_holding: party('Earnings of a seller that are still seasoning'),
  payout_in_transit: party('Funds of a seller on their way to the bank'),
  'cash.ach': platform('asset', 'debit', 'Money at the bank that came or goes by ACH'),
  fee_revenue: platform('revenue', 'credit', "The platform's share of settled invoices"),
} as const satisfies Record<string, AccountRule>

export type AccountName = keyof typeof CHART
export const ACCOUNT_NAMES = Object.keys(CHART) as AccountName[]
export type PartyAccountName = {
  [N in AccountName]: (typeof CHART)[N]['owner'] extends 'party' ? N : never
}[AccountName]

/** A debit and a credit account that may touch, in this direction only. */
export interface Pair {
  readonly debit: AccountName
  readonly credit: AccountName
  /** `same`: both accounts belong to one party. */
  readonly owners: 'same' | 'any'
}

/** Which accounts may ever touch, and in which direction. An undo may also go through each of them backwards. */
export const PAIRS: readonly Pair[] = [
  { debit: 'cash.ach', credit: 'available', owners: 'any' },
  { debit: 'available', credit: 'committed', owners: 'same' },
  { debit: 'committed', credit: 'available', owners: 'same' },
  { debit: 'committed', credit: 'pay_in_holding', owners: 'any' },
  { debit: 'committed', credit: 'fee_revenue', owners: 'any' },
  { debit: 'pay_in_holding', credit: 'available', owners: 'same' },
  { debit: 'available', credit: 'payout_in_transit', owners: 'same' },
  { debit: 'payout_in_transit', credit: 'available', owners: 'same' },
  { debit: 'payout_in_transit', credit: 'cash.ach', owners: 'any' },
  { debit: 'cash.ach', credit: 'payout_in_transit', owners: 'any' },
]

const OWNERS_OF_PAIR = new Map(PAIRS.map((pair) => [`${pair.debit}>${pair.credit}`, pair.owners]))

/** How the owners of a pair must relate, or null when the pair may not touch in this direction. */
export function ownersOfPair(debit: AccountName, credit: AccountName): 'same' | 'any' | null {
  return OWNERS_OF_PAIR.get(`${debit}>${credit}`) ?? null
}

function party(meaning: string) {
  return { owner: 'party', class: 'liability', normal: 'credit', floor: 0n, meaning } as const
}

function platform<C extends AccountRule['class'], S extends Side>(accountClass: C, normal: S, meaning: string) {
  return { owner: 'platform', class: accountClass, normal, floor: null, meaning } as const
}
