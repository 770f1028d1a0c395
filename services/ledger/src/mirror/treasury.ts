import { Transient } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { answered, asked, type ModernTreasury } from '@draupnir/modern-treasury'
import { exponent } from '@draupnir/money'
import type { Account } from '../account/account.ts'
import { CHART } from '../account/chart.ts'
import type { Transaction, TransactionState } from '../transaction/transaction.ts'
import { type Copy, effectiveAtOf, type Part } from './mirror.ts'

type CreateParams = Parameters<ModernTreasury['ledgerTransactions']['create']>[0]
type AccountParams = Parameters<ModernTreasury['ledgerAccounts']['create']>[0]
export type LedgerTransaction = Awaited<ReturnType<ModernTreasury['ledgerTransactions']['retrieve']>>
export type LedgerAccount = Awaited<ReturnType<ModernTreasury['ledgerAccounts']['retrieve']>>

/** A copy that is to be there, with everything its call needs. */
export interface Wanted {
  readonly copy: Copy
  readonly transaction: Transaction
  readonly part: Part
}

/** What came of asking: what is there now, or why it never will be. */
export type Found =
  | { readonly there: true; readonly id: string; readonly state: TransactionState }
  | { readonly there: false; readonly problem: string }

/** The ledger of a tenant; one that an earlier attempt made is found before another is made. */
export async function ensureLedger(mt: ModernTreasury, tenant: Id<'tenant'>): Promise<string> {
  const metadata = { draupnir_id: tenant }
  const page = await answered('ledgers.list', () => mt.ledgers.list({ metadata, per_page: 1 }))
  const [known] = page.items
  if (known !== undefined) return known.id
  const body = { name: `Draupnir ${tenant}`, description: 'Mirrors the books of a marketplace', metadata }
  const made = await answered('ledgers.create', () =>
    mt.ledgers.create(body, { idempotencyKey: `mirror-ledger:${tenant}` }),
  )
  return made.id
}

/** The account of a ledger; when its name is taken, an earlier attempt took it. */
export async function ensureAccount(mt: ModernTreasury, ledgerId: string, account: Account): Promise<string> {
  const { ref, currency, name } = account
  // `external_id` is on the wire but not in the types of this SDK version.
  const body: AccountParams & { external_id: string } = {
    name: ref,
    ledger_id: ledgerId,
    normal_balance: CHART[name].normal,
    currency,
    currency_exponent: exponent(currency),
    external_id: ref,
    metadata: { draupnir_id: ref },
  }
  const made = await asked('ledgerAccounts.create', () =>
    mt.ledgerAccounts.create(body, { idempotencyKey: `mirror-account:${ledgerId}:${ref}` }),
  )
  if (made.ok) return made.value.id
  const query = { ledger_id: ledgerId, external_id: ref, per_page: 1 }
  const page = await answered('ledgerAccounts.list', () => mt.ledgerAccounts.list(query))
  const [known] = page.items
  if (known === undefined) throw new Transient('ledger.mirror-account', made.reason)
  return known.id
}

/** What a part is first asked for with; the same words whenever it is asked again. */
export function createParams({ copy, transaction, part }: Wanted, ids: ReadonlyMap<string, string>): CreateParams {
  const { recipe, cause, reference, undoes, bookedAt } = transaction
  return {
    external_id: copy.externalId,
    status: copy.madeAs,
    effective_at: effectiveAtOf(transaction, copy.madeAs),
    description: recipe,
    ledger_entries: part.entries.map(({ ref, side, amount }) => ({
      ledger_account_id: ids.get(ref) ?? '',
      direction: side,
      amount: Number(amount),
    })),
    metadata: {
      draupnir_id: transaction.id,
      recipe,
      cause,
      booked_at: bookedAt,
      ...(reference === null ? {} : { reference }),
      ...(undoes === null ? {} : { undoes }),
    },
  }
}

/** Makes a copy. When its name is taken, or the answer to an earlier attempt is not known, it is looked for. */
export async function makeCopy(
  mt: ModernTreasury,
  ledgerId: string,
  wanted: Wanted,
  ids: ReadonlyMap<string, string>,
  mayBeThere: boolean,
): Promise<Found> {
  const { externalId, madeAs } = wanted.copy
  const before = mayBeThere ? await findCopy(mt, ledgerId, externalId) : null
  if (before !== null) return foundOf(before)
  const made = await asked('ledgerTransactions.create', () =>
    mt.ledgerTransactions.create(createParams(wanted, ids), { idempotencyKey: `mirror:${madeAs}:${externalId}` }),
  )
  if (made.ok) return foundOf(made.value)
  const taken = made.parameter === 'external_id' ? await findCopy(mt, ledgerId, externalId) : null
  return taken === null ? { there: false, problem: made.reason } : foundOf(taken)
}

/** Posts or archives a copy that is pending; when that is refused, what it is by now counts. */
export async function moveCopy(mt: ModernTreasury, { copy, transaction }: Wanted, id: string): Promise<Found> {
  const body =
    copy.asked === 'posted'
      ? ({ status: 'posted', effective_at: effectiveAtOf(transaction, 'posted') } as const)
      : ({ status: 'archived' } as const)
  const moved = await asked('ledgerTransactions.update', () =>
    mt.ledgerTransactions.update(id, body, { idempotencyKey: `mirror:${copy.asked}:${copy.externalId}` }),
  )
  if (moved.ok) return foundOf(moved.value)
  const now = foundOf(await answered('ledgerTransactions.retrieve', () => mt.ledgerTransactions.retrieve(id)))
  return now.there && now.state === copy.asked ? now : { there: false, problem: moved.reason }
}

/** Everything that bears this name in a ledger: one that lives before one that was archived. */
async function findCopy(mt: ModernTreasury, ledgerId: string, externalId: string): Promise<LedgerTransaction | null> {
  const query = { ledger_id: ledgerId, external_id: externalId }
  const { items } = await answered('ledgerTransactions.list', () => mt.ledgerTransactions.list(query))
  return items.find(({ status }) => status !== 'archived') ?? items[0] ?? null
}

export function foundOf({ id, status }: Pick<LedgerTransaction, 'id' | 'status'>): Found & { there: true } {
  return { there: true, id, state: stateOf(status) }
}

export function stateOf(status: LedgerTransaction['status']): TransactionState {
  return status === 'archived' ? 'voided' : status
}
