import { type JsonValue, required } from '@draupnir/errors'
import { addMs } from '@draupnir/time'
import type ModernTreasury from 'modern-treasury'
import { z } from 'zod'
import { ApiError, invalid } from '../api/errors.ts'
import { mergeMetadata } from '../api/fields.ts'
import { base, type Unit } from '../api/unit.ts'
import { readManner } from '../ledger/ledger-manner.ts'
import { balancesOf, withEntry } from '../ledger-account/balances.ts'
import { discard, insertAll, lockAll, type Resource, saveAll } from '../store/resource.ts'
import { later } from '../work/kinds.ts'
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
  const ids = [...new Set(accountIds)]
  const found = new Map((await lockAll(unit, 'ledger_account', ids)).map((account) => [account.body.id, account]))
  for (const id of ids) if (!found.has(id)) invalid('ledger_entries', `The ledger account ${id} could not be found`)
  return found
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

/**
 * Takes pending entries away and writes new ones; every account is touched once, and its conditions hold afterwards.
 * Accounts without a locked entry may show it later, as the manner of the ledgers says.
 */
export async function rewriteEntries(
  unit: Unit,
  accounts: Accounts,
  old: readonly Entry[],
  inputs: readonly LedgerEntryInput[],
  occasion: Occasion,
): Promise<Entry[]> {
  demandVersions(accounts, inputs)
  const locked = lockedAccounts(unit, inputs)
  const { entry_delay_ms: delayMs } = await readManner(unit.sql)
  const { status } = occasion
  const moves: Move[] = [
    ...old.map((entry) => ({ ...moveOf(entry), status: living(entry).status, sign: -1 as const })),
    ...inputs.map((input) => ({ ...moveOf(input), status, sign: 1 as const })),
  ]
  const isLate = (accountId: string) => delayMs > 0 && !locked.has(accountId)
  const changed = withMoves(
    accounts,
    moves.filter((move) => !isLate(move.accountId)),
  )
  const current = (id: string) => changed.get(id) ?? accountOf(accounts, id)
  for (const input of inputs) demandBalances(current(input.ledger_account_id), input)
  for (const entry of old) await discard(unit, 'ledger_entry', entry)
  const entries = inputs.map((input) => {
    const entry = entryOf(unit, current(input.ledger_account_id), input, occasion)
    return isLate(input.ledger_account_id) ? { ...entry, ledger_account_lock_version: null } : entry
  })
  const { effectiveAt } = occasion
  await Promise.all([
    saveAll(unit, 'ledger_account', [...changed.values()]),
    insertAll(
      unit,
      'ledger_entry',
      entries.map((body) => ({ body, extra: { effectiveAt } })),
    ),
  ])
  const late = moves.filter((move) => isLate(move.accountId))
  if (late.length > 0) {
    await later(
      unit,
      'ledger_entry.apply',
      unit.newId(),
      addMs(unit.now, delayMs),
      late.map((move) => ({ ...move })),
    )
  }
  return entries
}

const Moves = z.array(
  z.object({
    accountId: z.string(),
    direction: z.enum(['credit', 'debit']),
    amount: z.number(),
    status: z.enum(['pending', 'posted']),
    sign: z.union([z.literal(1), z.literal(-1)]),
  }),
)
type Move = z.infer<typeof Moves>[number]

/** Lets balances show entries that were written before. */
export async function applyEntries(unit: Unit, _key: string, data: JsonValue): Promise<void> {
  const moves = Moves.parse(data)
  const accounts = await lockAccounts(
    unit,
    moves.map(({ accountId }) => accountId),
  )
  await saveAll(unit, 'ledger_account', [...withMoves(accounts, moves).values()])
}

function withMoves(accounts: Accounts, moves: readonly Move[]): Map<string, Account> {
  const changed = new Map<string, Account>()
  for (const move of moves) {
    const { body, extra } = changed.get(move.accountId) ?? accountOf(accounts, move.accountId)
    const totals = withEntry(extra.totals, move, move.sign)
    const lock_version = accountOf(accounts, move.accountId).body.lock_version + 1
    const balances = balancesOf(totals, body.normal_balance, extra)
    changed.set(move.accountId, { body: { ...body, balances, lock_version }, extra: { ...extra, totals } })
  }
  return changed
}

function moveOf({ ledger_account_id, direction, amount }: Pick<Entry, 'ledger_account_id' | 'direction' | 'amount'>) {
  return { accountId: ledger_account_id, direction, amount }
}

/** An entry with a condition, a version or a wish for balances is written at once, and is limited by account and second. */
function lockedAccounts(unit: Unit, inputs: readonly LedgerEntryInput[]): ReadonlySet<string> {
  const locked = inputs.filter(isLocked)
  for (const { ledger_account_id: id } of locked) unit.limits?.take('locked_entries', id)
  return new Set(locked.map((entry) => entry.ledger_account_id))
}

export function isLocked(entry: LedgerEntryInput): boolean {
  const conditions = [entry.pending_balance_amount, entry.posted_balance_amount, entry.available_balance_amount]
  const asks = entry.show_resulting_ledger_account_balances === true
  return asks || [entry.lock_version, ...conditions].some((each) => each !== undefined && each !== null)
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
