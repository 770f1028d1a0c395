import { assert, Defect } from '@draupnir/errors'
import { type Id, isId } from '@draupnir/ids'
import { type Currency, isCurrency } from '@draupnir/money'
import { ACCOUNT_NAMES, type AccountName, CHART, type PartyAccountName, type PlatformAccountName } from './chart.ts'

declare const brand: unique symbol

/** `<owner>:<account>:<currency>`: how an account is written on the wire and in the tables. */
export type AccountRef = string & { readonly [brand]: 'AccountRef' }
export const RAILS = ['ach', 'wire', 'card', 'crypto'] as const
export type Rail = (typeof RAILS)[number]

/** One account of one owner in one currency; made by the builders below only. */
export interface Account {
  readonly ref: AccountRef
  readonly owner: Id<'party'> | 'platform'
  readonly name: AccountName
  readonly currency: Currency
}

/** The typed builders: nothing else writes the name of an account. */
export const account = {
  available: partyAccount('available'),
  committed: partyAccount('committed'),
  payInHolding: partyAccount('pay_in_holding'),
  payoutInTransit: partyAccount('payout_in_transit'),
  cash: (rail: Rail, currency: Currency): Account => build('platform', `cash.${rail}`, currency),
  committedDownpayment: partyAccount('committed_downpayment'),
  holding: partyAccount('holding'),
  notional: partyAccount('notional'),
  receivable: partyAccount('receivable'),
  platform: (name: PlatformAccountName, currency: Currency): Account => build('platform', name, currency),
  feeRevenue: (currency: Currency): Account => build('platform', 'fee_revenue', currency),
}

/** Every account a party may have in a currency, in the order of the chart. */
export function partyAccounts(owner: Id<'party'>, currency: Currency): Account[] {
  return ACCOUNT_NAMES.filter((name) => CHART[name].owner === 'party').map((name) => build(owner, name, currency))
}

/** Reads a ref, or null when the chart has no such account. */
export function parseAccount(text: string): Account | null {
  const [owner = '', name = '', currency = '', ...rest] = text.split(':')
  if (rest.length > 0 || !isAccountName(name) || !isCurrency(currency)) return null
  if (CHART[name].owner === 'platform') return owner === 'platform' ? build('platform', name, currency) : null
  return isId('party', owner) ? build(owner, name, currency) : null
}

/** Reads a ref that we wrote ourselves. */
export function accountOf(ref: string): Account {
  const parsed = parseAccount(ref)
  if (parsed === null) throw new Defect(`no account of the chart: ${ref}`)
  return parsed
}

function isAccountName(text: string): text is AccountName {
  return Object.hasOwn(CHART, text)
}

function partyAccount(name: PartyAccountName) {
  return (owner: Id<'party'>, currency: Currency): Account => build(owner, name, currency)
}

function build(owner: Account['owner'], name: AccountName, currency: Currency): Account {
  assert((CHART[name].owner === 'platform') === (owner === 'platform'), `${name} cannot belong to ${owner}`)
  return { ref: `${owner}:${name}:${currency}` as AccountRef, owner, name, currency }
}
