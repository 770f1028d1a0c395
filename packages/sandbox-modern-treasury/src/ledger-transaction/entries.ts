import { required } from '@draupnir/errors'
import type ModernTreasury from 'modern-treasury'
import { ApiError, invalid } from '../api/errors.ts'
import { mergeMetadata } from '../api/fields.ts'
import { base, type Unit } from '../api/unit.ts'
import { balancesOf, withEntry } from '../ledger-account/balances.ts'
import { discard, find, insert, type Resource, save } from '../store/resource.ts'
import type { LedgerEntryInput } from './ledger-transaction.schema.ts'

type Entry = ModernTreasury.LedgerEntry
type Account = Resource<'ledger_account'>
export type Accounts = ReadonlyMap<string, Account>

const OPERATORS: Readonly<Record<string, (balance: number, bound: number) => boolean>> = {
  gt: (balance, bound) => balance > bound,
  gte: (balance, bound) => balance >= bound,
  lt: (balance, bound) => balance < bound,
  lte: (balance, bound) => balance <= bound,
  eq: (balance, bound) => balance === bound,
  not_eq: (balance, bound) => balance !== bound,
}

/** Locks every account named, in the order of their ids, so that two writers never wait for each other. */
export async function lockAccounts(unit: Unit, accountIds: readonly string[]): Promise<Accounts> {
  const accounts = new Map<string, Account>()
  for (const id of [...new Set(accountIds)].sort()) {
    const account = await find(unit, 'ledger_account', id, true)
    accounts.set(id, account ?? invalid('ledger_entries', `The ledger account ${id} could not be found`))
  }
  return accounts
}

/** One ledger, and debits equal to credits in every currency. Returns the ledger's id. */
export function demandBalanced(accounts: Accounts, entries: readonly LedgerEntryInput[]): string {
  const ledgers = new Set([...accounts.values()].map(({ body }) => body.ledger_id))
  const [ledgerId] = ledgers
  if (ledgers.size > 1 || ledgerId === undefined) invalid('ledger_entries', 'All accounts must be in one ledger')
  const sums = new Map<string, bigint>()
  for (const entry of entries) {
    const { currency } = accountOf(accounts, entry.ledger_account_id).extra
    const signed = BigInt(entry.amount) * (entry.direction === 'debit' ? 1n : -1n)
    sums.set(currency, (sums.get(currency) ?? 0n) + signed)
  }
  if ([...sums.values()].some((sum) => sum !== 0n)) {
    invalid('ledger_entries', 'Transaction debits balance must equal credit balance')
  }
  return ledgerId
}

/** What entries are written for. */
export interface Occasion {
  readonly transactionId: string
  readonly status: 'pending' | 'posted'
  readonly effectiveAt: string
}

/** Takes pending entries away and writes new ones; every account is touched once, and its conditions hold afterwards. */
export async function rewriteEntries(
  unit: Unit,
  accounts: Accounts,
  old: readonly Entry[],
  inputs: readonly LedgerEntryInput[],
  occasion: Occasion,
): Promise<Entry[]> {
  demandVersions(accounts, inputs)
  const changed = new Map<string, Account>()
  const current = (id: string) => changed.get(id) ?? accountOf(accounts, id)
  const change = (id: string, totals: Account['extra']['totals']) => {
    const { body, extra } = current(id)
    const lock_version = accountOf(accounts, id).body.lock_version + 1
    const balances = balancesOf(totals, body.normal_balance, extra)
    changed.set(id, { body: { ...body, balances, lock_version }, extra: { ...extra, totals } })
  }
  for (const entry of old) {
    await discard(unit, 'ledger_entry', entry)
    change(entry.ledger_account_id, withEntry(current(entry.ledger_account_id).extra.totals, living(entry), -1))
  }
  for (const input of inputs) {
    const { status } = occasion
    change(input.ledger_account_id, withEntry(current(input.ledger_account_id).extra.totals, { ...input, status }, 1))
  }
  for (const input of inputs) demandBalances(current(input.ledger_account_id), input)
  for (const { body, extra } of changed.values()) await save(unit, 'ledger_account', body, extra)
  const entries = inputs.map((input) => entryOf(unit, current(input.ledger_account_id), input, occasion))
  for (const entry of entries) await insert(unit, 'ledger_entry', entry, { effectiveAt: occasion.effectiveAt })
  return entries
}

/** Entries as they would be asked for again: what a posting or a reversal starts from. */
export function inputsOf(entries: readonly Entry[], flip = false): LedgerEntryInput[] {
  const opposite = { credit: 'debit', debit: 'credit' } as const
  return entries.map(({ amount, direction, ledger_account_id, metadata }) => ({
    amount,
    direction: flip ? opposite[direction] : direction,
    ledger_account_id,
    metadata,
  }))
}

function entryOf(unit: Unit, account: Account, input: LedgerEntryInput, occasion: Occasion): Entry {
  const { effective_at_lower_bound: _, effective_at_upper_bound: __, ...balances } = account.body.balances
  return {
    ...base(unit, 'ledger_entry'),
    discarded_at: null,
    amount: input.amount,
    direction: input.direction,
    status: occasion.status,
    ledger_account_id: account.body.id,
    ledger_account_lock_version: account.body.lock_version,
    ledger_account_currency: account.extra.currency,
    ledger_account_currency_exponent: account.extra.exponent,
    ledger_transaction_id: occasion.transactionId,
    resulting_ledger_account_balances: input.show_resulting_ledger_account_balances ? balances : null,
    metadata: mergeMetadata({}, input.metadata),
  }
}

function demandVersions(accounts: Accounts, inputs: readonly LedgerEntryInput[]): void {
  const stale = inputs.some(
    ({ lock_version: version, ledger_account_id: id }) =>
      version !== undefined && version !== null && accountOf(accounts, id).body.lock_version !== version,
  )
  if (!stale) return
  invalid(
    'ledger_entries',
    'The ledger transaction write failed because at least one of the provided ledger account versions is incorrect',
  )
}

function demandBalances({ body }: Account, input: LedgerEntryInput): void {
  const conditions = [
    [body.balances.pending_balance.amount, input.pending_balance_amount],
    [body.balances.posted_balance.amount, input.posted_balance_amount],
    [body.balances.available_balance.amount, input.available_balance_amount],
  ] as const
  for (const [balance, condition] of conditions) {
    for (const [operator, bound] of Object.entries(condition ?? {})) {
      if (OPERATORS[operator]?.(balance, bound) ?? true) continue
      const message =
        'The ledger transaction write failed because at least one of the provided balance conditions was not met'
      throw new ApiError(422, 'parameter_invalid', message, 'ledger_entries')
    }
  }
}

function living(entry: Entry) {
  return { ...entry, status: entry.status === 'posted' ? 'posted' : 'pending' } as const
}

function accountOf(accounts: Accounts, id: string): Account {
  return required(accounts.get(id), 'the accounts of all entries are locked')
}
