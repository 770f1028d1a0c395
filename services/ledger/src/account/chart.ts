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
  committed_downpayment: party('Funds of a buyer set aside as the down payment of a contract'),
  holding: party('Earnings of a host or partner that are still seasoning'),
  notional: party('Trial credit of a buyer: spent like money, never paid out'),
  receivable: partyAsset('What a party owes the platform: a clawback, a shortfall'),
  'cash.ach': platform('asset', 'debit', 'Money at the bank that came or goes by ACH'),
  'cash.wire': platform('asset', 'debit', 'Money at the bank that came or goes by wire'),
  'cash.card': platform('asset', 'debit', 'Money the card processor has paid out to us'),
  'cash.crypto': platform('asset', 'debit', 'Money from converted crypto'),
  card_clearing: platform('asset', 'debit', 'Captured card payments the processor still holds'),
  crypto_clearing: platform('asset', 'debit', 'Crypto that was received and is not yet converted'),
  settlement_receivable: platform('asset', 'debit', 'Invoices counted as paid before their cash arrives'),
  financing_receivable: platform('asset', 'debit', 'Principal that buyers still owe for financed contracts'),
  tax_payable: platform('liability', 'credit', 'Tax that was collected and is owed to the authorities'),
  suspense: platform('liability', 'credit', 'Money whose place is not known yet'),
  interest_income: platform('revenue', 'credit', 'Interest of financed contracts'),
  promo_expense: platform('expense', 'debit', 'What trials cost the platform'),
  sla_expense: platform('expense', 'debit', 'Downtime credits the platform bears itself'),
  processor_fees: platform('expense', 'debit', 'What processors keep'),
  slippage: platform('expense', 'debit', 'What conversions of crypto lost, less what they gained'),
  bad_debt: platform('expense', 'debit', 'What will not be paid any more'),
  rounding: platform('expense', 'debit', 'Fractions that belong to nobody'),
  fee_revenue: platform('revenue', 'credit', "The platform's share of settled invoices"),
} as const satisfies Record<string, AccountRule>

export type AccountName = keyof typeof CHART
export const ACCOUNT_NAMES = Object.keys(CHART) as AccountName[]
export type PlatformAccountName = {
  [N in AccountName]: (typeof CHART)[N]['owner'] extends 'platform' ? N : never
}[AccountName]
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

const OWN_PAIRS: readonly Pair[] = [
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
  ...any('cash.wire', ['available', 'payout_in_transit', 'settlement_receivable']),
  ...any('cash.ach', ['settlement_receivable']),
  ...any('cash.card', ['card_clearing', 'settlement_receivable']),
  ...any('cash.crypto', ['crypto_clearing']),
  ...any('payout_in_transit', ['cash.wire']),
  ...any('available', ['cash.ach', 'cash.wire', 'card_clearing', 'crypto_clearing', 'holding']),
  ...any('committed', ['cash.ach', 'cash.wire', 'card_clearing', 'holding', 'tax_payable']),
  ...any('committed_downpayment', [
    'cash.ach',
    'cash.wire',
    'card_clearing',
    'pay_in_holding',
    'fee_revenue',
    'holding',
    'tax_payable',
  ]),
  ...any('pay_in_holding', ['cash.ach', 'cash.wire', 'card_clearing']),
  ...any('holding', ['cash.ach', 'cash.wire', 'card_clearing']),
  ...any('receivable', ['cash.ach', 'cash.wire', 'card_clearing', 'holding']),
  ...same('available', ['committed_downpayment', 'receivable']),
  ...same('committed_downpayment', ['available', 'committed']),
  ...same('holding', ['available']),
  ...any('card_clearing', ['available']),
  ...any('crypto_clearing', ['available', 'slippage']),
  ...any('slippage', ['crypto_clearing']),
  ...any('processor_fees', ['card_clearing', 'settlement_receivable']),
  ...any('settlement_receivable', ['committed']),
  ...any('promo_expense', ['notional']),
  ...any('notional', ['pay_in_holding', 'promo_expense']),
  ...any('sla_expense', ['available', 'committed']),
  ...any('pay_in_holding', ['committed']),
  ...any('financing_receivable', ['available']),
  ...any('committed', ['financing_receivable', 'interest_income']),
  ...any('tax_payable', ['cash.ach', 'cash.wire', 'card_clearing']),
  ...any('fee_revenue', ['available', 'cash.ach', 'cash.wire', 'card_clearing']),
  ...any('bad_debt', ['receivable', 'financing_receivable', 'settlement_receivable']),
]

/** Which accounts may ever touch, and in which direction. An undo may also go through each of them backwards. */
export const PAIRS: readonly Pair[] = unique([
  ...OWN_PAIRS,
  { debit: 'available', credit: 'available', owners: 'any' },
  { debit: 'pay_in_holding', credit: 'available', owners: 'any' },
  // A correction by hand goes through suspense or rounding, whatever it corrects.
  ...ACCOUNT_NAMES.flatMap((name) => [...through('suspense', name), ...through('rounding', name)]),
])

const OWNERS_OF_PAIR = new Map(PAIRS.map((pair) => [`${pair.debit}>${pair.credit}`, pair.owners]))

/** How the owners of a pair must relate, or null when the pair may not touch in this direction. */
export function ownersOfPair(debit: AccountName, credit: AccountName): 'same' | 'any' | null {
  return OWNERS_OF_PAIR.get(`${debit}>${credit}`) ?? null
}

function any(debit: AccountName, credits: readonly AccountName[]): Pair[] {
  return credits.map((credit) => ({ debit, credit, owners: 'any' }))
}

function same(debit: AccountName, credits: readonly AccountName[]): Pair[] {
  return credits.map((credit) => ({ debit, credit, owners: 'same' }))
}

function through(middle: AccountName, name: AccountName): Pair[] {
  return middle === name ? [] : [...any(middle, [name]), ...any(name, [middle])]
}

// The widest rule of a pair holds.
function unique(pairs: readonly Pair[]): Pair[] {
  const byPair = new Map<string, Pair>()
  for (const pair of pairs) {
    const key = `${pair.debit}>${pair.credit}`
    if (byPair.get(key)?.owners !== 'any') byPair.set(key, pair)
  }
  return [...byPair.values()]
}

function partyAsset(meaning: string) {
  return { owner: 'party', class: 'asset', normal: 'debit', floor: 0n, meaning } as const
}

function party(meaning: string) {
  return { owner: 'party', class: 'liability', normal: 'credit', floor: 0n, meaning } as const
}

function platform<C extends AccountRule['class'], S extends Side>(accountClass: C, normal: S, meaning: string) {
  return { owner: 'platform', class: accountClass, normal, floor: null, meaning } as const
}
