import type { Context } from '@draupnir/db'
import { asked, type ModernTreasury } from '@draupnir/modern-treasury'
import { copiesAfter, copiesNamed } from './copy.store.ts'
import { type DriftFinding, differenceOf, type TheirTransaction } from './drift.ts'
import { type Copy, isOpen } from './mirror.ts'
import { accountsOfIds } from './mirror-account.store.ts'
import { wantedOf } from './mirror-tenant.ts'
import { type LedgerTransaction, stateOf } from './treasury.ts'

const COPIES_AT_ONCE = 1_000

/** Ledger transactions that are not the copies they should be. */
export async function compareTransactions(
  ctx: Context,
  mt: ModernTreasury,
  theirs: readonly LedgerTransaction[],
): Promise<DriftFinding[]> {
  const details = await detailsOf(ctx, theirs)
  const findings: DriftFinding[] = []
  for (const each of theirs) {
    if (details.get(each.id) === undefined) continue
    const finding = await confirmed(ctx, mt, each)
    if (finding !== null) findings.push(finding)
  }
  return findings
}

/** Copies that are known to be there and were not seen. */
export async function compareMissingCopies(
  ctx: Context,
  mt: ModernTreasury,
  seen: ReadonlySet<string>,
): Promise<DriftFinding[]> {
  const findings: DriftFinding[] = []
  let after = ''
  for (;;) {
    const copies = await copiesAfter(ctx, after, COPIES_AT_ONCE)
    for (const { externalId, ledgerTransactionId: id } of copies) {
      // Made while the list was read: a look tells.
      if (id === null || seen.has(id)) continue
      const found = await asked('ledgerTransactions.retrieve', () => mt.ledgerTransactions.retrieve(id))
      if (!found.ok) findings.push({ row: `transaction ${externalId}`, detail: `${id} is not there any more` })
    }
    const last = copies.at(-1)
    if (last === undefined || copies.length < COPIES_AT_ONCE) return findings
    after = last.externalId
  }
}

/** Asks again, between two looks at our side: what is being changed by the mirror itself is no drift. */
async function confirmed(ctx: Context, mt: ModernTreasury, suspect: LedgerTransaction): Promise<DriftFinding | null> {
  const before = await copyOf(ctx, suspect)
  if (before !== null && isOpen(before)) return null
  const answer = await asked('ledgerTransactions.retrieve', () => mt.ledgerTransactions.retrieve(suspect.id))
  if (!answer.ok) return null
  const after = await copyOf(ctx, suspect)
  if (after !== null && (isOpen(after) || after.state !== before?.state)) return null
  const detail = (await detailsOf(ctx, [answer.value])).get(suspect.id)
  if (detail === undefined) return null
  return { row: after === null ? `ledger transaction ${suspect.id}` : `transaction ${after.externalId}`, detail }
}

async function copyOf(ctx: Context, { external_id }: LedgerTransaction): Promise<Copy | null> {
  return external_id === null ? null : ((await copiesNamed(ctx, [external_id]))[0] ?? null)
}

/** How each differs, by its id there; those that do not are left out. */
async function detailsOf(ctx: Context, theirs: readonly LedgerTransaction[]): Promise<ReadonlyMap<string, string>> {
  const names = theirs.flatMap(({ external_id }) => external_id ?? [])
  const wanted = await wantedOf(ctx, await copiesNamed(ctx, names))
  const byName = new Map(wanted.map((each) => [each.copy.externalId, each]))
  const ids = theirs.flatMap(({ ledger_entries }) => ledger_entries.map((entry) => entry.ledger_account_id))
  const refs = new Map((await accountsOfIds(ctx, ids)).map((row) => [row.ledger_account_id, row.ref]))
  return new Map(
    theirs.flatMap((each) => {
      const own = byName.get(each.external_id ?? '')
      const detail = own === undefined ? unknownTo(each) : differenceOf(own, comparable(each, refs))
      return detail === null ? [] : [[each.id, detail] as const]
    }),
  )
}

// What was archived moves nothing.
function unknownTo({ status }: LedgerTransaction): string | null {
  return status === 'archived' ? null : 'was made there, not here'
}

function comparable(theirs: LedgerTransaction, refs: ReadonlyMap<string, string>): TheirTransaction {
  const entries = theirs.ledger_entries.map(({ ledger_account_id, direction, amount }) => ({
    ref: refs.get(ledger_account_id) ?? null,
    side: direction,
    amount,
  }))
  return { id: theirs.id, state: stateOf(theirs.status), effectiveAt: theirs.effective_at, entries }
}
