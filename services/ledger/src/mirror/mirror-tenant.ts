import { type Context, crashPoint, transact } from '@draupnir/db'
import { required } from '@draupnir/errors'
import type { ModernTreasury } from '@draupnir/modern-treasury'
import { accountOf } from '../account/account.ts'
import { type BulkAnswer, makeMany } from './bulk.ts'
import { copiesOfBatch, type Known, openCopies, saveBatch, saveKnown, saveProblem } from './copy.store.ts'
import { type Copy, gainsOf, partOf, sumGains } from './mirror.ts'
import { accountIds, addGains, saveAccountId } from './mirror-account.store.ts'
import { findMirrorLedger, saveLedgerId } from './mirror-ledger.store.ts'
import { BITE, planCopies, transactionsOf } from './plan-copies.ts'
import { sideBySide } from './side-by-side.ts'
import { createParams, ensureAccount, ensureLedger, type Found, makeCopy, moveCopy, type Wanted } from './treasury.ts'

/** From so many on one bulk request is cheaper than as many calls. */
const BULK_FROM = 50
const CALLS_AT_ONCE = 8

/** Names that were written down in this process and that nobody was asked for yet: they need not be looked for. */
export type Unasked = Set<string>

interface Asked {
  readonly wanted: Wanted
  readonly found: Found
}

/**
 * The next steps for one tenant: asks for what is open, records what is there, moves the positions and writes down what
 * comes next, in one transaction. Gives whether something there takes its time.
 */
export async function mirrorTenant(ctx: Context, mt: ModernTreasury, unasked: Unasked): Promise<'on' | 'waits'> {
  const ledgerId = await ledgerOf(ctx, mt)
  let open = await openCopies(ctx, BITE)
  if (open.length === 0) {
    for (const name of await transact(ctx, planCopies)) unasked.add(name)
    open = await openCopies(ctx, BITE)
  }
  if (open.length === 0) return 'on'
  const wanted = await wantedOf(ctx, open)
  const ids = await accountsOf(ctx, mt, ledgerId, wanted)
  const batches = await batchesOf(ctx, wanted, unasked)
  let waits = false
  for (const [batch, members] of batches) {
    const answer = await askMany(mt, batch, members, ids, unasked)
    if (answer === null) waits = true
    else await settleBatch(ctx, members, answer, unasked)
  }
  const many = new Set([...batches.values()].flat().map(({ copy }) => copy.externalId))
  const single = wanted.filter(({ copy }) => !many.has(copy.externalId))
  const { done, failure } = await sideBySide(single, CALLS_AT_ONCE, (each) => askOne(mt, ledgerId, each, ids, unasked))
  await settle(ctx, done, unasked)
  if (failure !== null) throw failure
  return waits ? 'waits' : 'on'
}

async function ledgerOf(ctx: Context, mt: ModernTreasury): Promise<string> {
  const known = (await findMirrorLedger(ctx))?.ledger_id ?? null
  if (known !== null) return known
  const made = await ensureLedger(mt, ctx.tenant)
  await saveLedgerId(ctx, made)
  return made
}

/** Copies with what their calls and comparisons need. */
export async function wantedOf(ctx: Context, copies: readonly Copy[]): Promise<Wanted[]> {
  const transactions = await transactionsOf(ctx, [...new Set(copies.map(({ transactionId }) => transactionId))])
  const byId = new Map(transactions.map((each) => [each.id, each]))
  return copies.map((copy) => {
    const transaction = required(byId.get(copy.transactionId), 'copies are of transactions that exist')
    return { copy, transaction, part: partOf(transaction, copy.externalId) }
  })
}

/** The ids of every account the copies touch; those that are missing are opened. */
async function accountsOf(ctx: Context, mt: ModernTreasury, ledgerId: string, wanted: readonly Wanted[]) {
  const refs = [...new Set(wanted.flatMap(({ part }) => part.entries.map(({ ref }) => ref)))]
  const known = await accountIds(ctx, refs)
  const missing = refs.filter((ref) => !known.has(ref))
  const { failure } = await sideBySide(missing, CALLS_AT_ONCE, async (ref) =>
    saveAccountId(ctx, ref, await ensureAccount(mt, ledgerId, accountOf(ref))),
  )
  if (failure !== null) throw failure
  return missing.length === 0 ? known : accountIds(ctx, refs)
}

/** Bulk requests whose result is not known, and a new one when there is enough for it. */
async function batchesOf(
  ctx: Context,
  wanted: readonly Wanted[],
  unasked: Unasked,
): Promise<ReadonlyMap<string, readonly Wanted[]>> {
  const batches = new Map<string, readonly Wanted[]>()
  for (const { copy } of wanted) {
    if (copy.batch === null || batches.has(copy.batch)) continue
    batches.set(copy.batch, await wantedOf(ctx, await copiesOfBatch(ctx, copy.batch)))
  }
  // Only what is made posted: it never ends, so that a request that comes late finds its names taken.
  const fresh = wanted.filter(({ copy }) => copy.madeAs === 'posted' && unasked.has(copy.externalId))
  if (fresh.length < BULK_FROM) return batches
  const batch = ctx.newId('request')
  const names = fresh.map(({ copy }) => copy.externalId)
  await saveBatch(ctx, names, batch)
  return batches.set(batch, fresh)
}

async function askMany(
  mt: ModernTreasury,
  batch: string,
  members: readonly Wanted[],
  ids: ReadonlyMap<string, string>,
  unasked: Unasked,
): Promise<BulkAnswer> {
  const mayBeThere = !members.every(({ copy }) => unasked.has(copy.externalId))
  for (const { copy } of members) unasked.delete(copy.externalId)
  const resources = members.map((member) => createParams(member, ids))
  return makeMany(mt, batch, resources, mayBeThere)
}

async function askOne(
  mt: ModernTreasury,
  ledgerId: string,
  wanted: Wanted,
  ids: ReadonlyMap<string, string>,
  unasked: Unasked,
): Promise<Asked> {
  const { ledgerTransactionId: id, externalId } = wanted.copy
  const mayBeThere = !unasked.delete(externalId)
  const found = id === null ? await makeCopy(mt, ledgerId, wanted, ids, mayBeThere) : await moveCopy(mt, wanted, id)
  return { wanted, found }
}

/** What a bulk request did not make is asked for one by one, after a look. */
async function settleBatch(
  ctx: Context,
  members: readonly Wanted[],
  answer: ReadonlyMap<string, Found>,
  unasked: Unasked,
): Promise<void> {
  const made = members.flatMap((wanted) => {
    const found = answer.get(wanted.copy.externalId)
    return found === undefined ? [] : [{ wanted, found }]
  })
  const left = members.filter(({ copy }) => !answer.has(copy.externalId)).map(({ copy }) => copy.externalId)
  if (left.length > 0) await saveBatch(ctx, left, null)
  await settle(ctx, made, unasked)
}

async function settle(ctx: Context, answers: readonly Asked[], unasked: Unasked): Promise<void> {
  if (answers.length === 0) return
  crashPoint('after-provider-call-before-commit')
  const planned = await transact(ctx, async (ctx) => {
    const known: Known[] = []
    for (const { wanted, found } of answers) {
      if (found.there) known.push({ copy: wanted.copy, ledgerTransactionId: found.id, state: found.state })
      else await saveProblem(ctx, wanted.copy.externalId, found.problem)
      const wrong = found.there ? contradiction(wanted.copy, found) : null
      if (wrong !== null) await saveProblem(ctx, wanted.copy.externalId, wrong)
    }
    const saved = await saveKnown(ctx, known)
    const parts = new Map(answers.map(({ wanted }) => [wanted.copy.externalId, wanted.part]))
    const gains = known
      .filter(({ copy }) => saved.has(copy.externalId))
      .flatMap(({ copy, state }) => {
        const part = required(parts.get(copy.externalId), 'each answer is of a part')
        return gainsOf(part, copy.state, state)
      })
    await addGains(ctx, sumGains(gains))
    return planCopies(ctx)
  })
  for (const name of planned) unasked.add(name)
}

/** What is there cannot become what it should be: it ended otherwise, by a hand that is not ours. */
function contradiction({ asked, madeAs }: Copy, { state }: Found & { there: true }): string | null {
  if (state === asked || state === 'pending') return null
  return `is ${state} there; ${asked} was asked for${asked === madeAs ? '' : ` after ${madeAs}`}`
}
