import type { Context } from '@draupnir/db'
import { asked, type ModernTreasury } from '@draupnir/modern-treasury'
import { addMs, type Instant, MINUTE_MS } from '@draupnir/time'
import { isBeingChanged } from './copy.store.ts'
import { type DriftFinding, type Holding, holdingDifference } from './drift.ts'
import { accountsChanged, accountsOfIds, type MirrorAccount } from './mirror-account.store.ts'
import type { LedgerAccount } from './treasury.ts'

/** Entries without a lock may show in balances a minute late. */
const SHOWN_AFTER_MS = MINUTE_MS

/** Accounts there that do not hold what was mirrored. */
export async function compareAccounts(
  ctx: Context,
  mt: ModernTreasury,
  theirs: readonly LedgerAccount[],
): Promise<DriftFinding[]> {
  const ours = new Map(
    (
      await accountsOfIds(
        ctx,
        theirs.map(({ id }) => id),
      )
    ).map((row) => [row.ledger_account_id, row]),
  )
  const findings: DriftFinding[] = []
  for (const each of theirs) {
    const own = ours.get(each.id)
    if (own === undefined) findings.push(...(await unknownAccount(ctx, each)))
    else if (holdingDifference(own, holdingOf(each)) !== null) findings.push(...(await confirmed(ctx, mt, own)))
  }
  return findings
}

/** Accounts that changed here since then and were not seen there. */
export async function compareMissingAccounts(
  ctx: Context,
  mt: ModernTreasury,
  since: Instant | null,
  seen: ReadonlySet<string>,
): Promise<DriftFinding[]> {
  const changed = await accountsChanged(ctx, since)
  const findings: DriftFinding[] = []
  for (const own of changed) if (!seen.has(own.ledger_account_id)) findings.push(...(await confirmed(ctx, mt, own)))
  return findings
}

/** Asks again, between two looks at our side: what is being changed by the mirror itself is no drift. */
async function confirmed(ctx: Context, mt: ModernTreasury, own: MirrorAccount): Promise<DriftFinding[]> {
  const before = await settledHolding(ctx, own)
  if (before === null) return []
  const answer = await asked('ledgerAccounts.retrieve', () => mt.ledgerAccounts.retrieve(own.ledger_account_id, {}))
  const after = await settledHolding(ctx, own)
  if (after === null || holdingDifference(before, after) !== null) return []
  const detail = answer.ok ? holdingDifference(after, holdingOf(answer.value)) : 'is not there any more'
  return detail === null ? [] : [{ row: `account ${own.ref}`, detail }]
}

/** What is mirrored to an account, once it is known and must show; null before. */
async function settledHolding(
  ctx: Context,
  { ref, ledger_account_id: id }: MirrorAccount,
): Promise<MirrorAccount | null> {
  // In this order: what is answered in between shows in the account.
  if (await isBeingChanged(ctx, ref)) return null
  const [own] = await accountsOfIds(ctx, [id])
  return own === undefined || own.changed_at > addMs(ctx.now(), -SHOWN_AFTER_MS) ? null : own
}

/** An account of ours that is being opened has no row yet, and nothing in it. */
async function unknownAccount(ctx: Context, theirs: LedgerAccount): Promise<DriftFinding[]> {
  const isEmpty = holdingDifference(NOTHING, holdingOf(theirs)) === null
  if (isEmpty || (await accountsOfIds(ctx, [theirs.id])).length > 0) return []
  return [{ row: `ledger account ${theirs.id}`, detail: `${theirs.name} was made there, not here` }]
}

const NOTHING = { posted_debits: 0n, posted_credits: 0n, pending_debits: 0n, pending_credits: 0n }

// Their pending balance has what is posted in it.
function holdingOf({ balances }: LedgerAccount): Holding {
  const { posted_balance: posted, pending_balance: pending } = balances
  return {
    posted_debits: BigInt(posted.debits),
    posted_credits: BigInt(posted.credits),
    pending_debits: BigInt(pending.debits - posted.debits),
    pending_credits: BigInt(pending.credits - posted.credits),
  }
}
