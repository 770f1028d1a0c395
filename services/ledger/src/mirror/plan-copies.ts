import type { Context } from '@draupnir/db'
import { required } from '@draupnir/errors'
import { findNamed } from '../transaction/transaction.store.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { askCopies, copiesOf, insertCopies, openCopies } from './copy.store.ts'
import { type Copy, firstAsk, isSettled, nextAsk, partsOf } from './mirror.ts'
import { nextLinks, savePositions, type WaitingLink } from './position.store.ts'

/** How many copies are asked for at once. */
export const BITE = 500

/**
 * Moves the position of each lane over the links that are mirrored as a whole, and writes down what to ask for next; in
 * the open transaction. Gives the names that nobody was ever asked for.
 */
export async function planCopies(ctx: Context): Promise<ReadonlySet<string>> {
  const links = firstOf(await nextLinks(ctx))
  const ids = [...new Set(links.flatMap((link) => link.transaction_ids))]
  const transactions = new Map((await transactionsOf(ctx, ids)).map((each) => [each.id, each]))
  const copies = Map.groupBy(await copiesOf(ctx, ids), (copy) => copy.transactionId)
  const settled = (id: (typeof ids)[number]) => {
    const transaction = required(transactions.get(id), 'the journal tells of transactions that exist')
    const own = copies.get(id) ?? []
    return own.length > 0 && own.every((copy) => isSettled(copy, transaction))
  }
  await savePositions(ctx, positionsBehind(links, settled))
  if ((await openCopies(ctx, 1)).length > 0) return new Set()
  const known: Copy[] = [...copies.values()].flat()
  const fresh = ids
    .filter((id) => !copies.has(id))
    .flatMap((id) => {
      const transaction = required(transactions.get(id), 'the journal tells of transactions that exist')
      const madeAs = firstAsk(transaction)
      return partsOf(transaction).map(({ externalId }) => ({ externalId, transactionId: id, madeAs }))
    })
  const asks = known.flatMap((copy) => {
    const asked = nextAsk(copy, required(transactions.get(copy.transactionId), 'copies are of these transactions'))
    return asked === null ? [] : [{ externalId: copy.externalId, asked }]
  })
  await askCopies(ctx, asks)
  return insertCopies(ctx, fresh)
}

/** The transactions with these ids. */
export function transactionsOf(ctx: Context, ids: readonly string[]): Promise<Transaction[]> {
  return findNamed(ctx, { causes: [], references: [], ids, undoes: [] })
}

/** The last link of each lane before which everything is settled. */
function positionsBehind<I>(
  links: readonly (Omit<WaitingLink, 'transaction_ids'> & { readonly transaction_ids: readonly I[] })[],
  settled: (id: I) => boolean,
): ReadonlyMap<number, bigint> {
  const positions = new Map<number, bigint>()
  const stopped = new Set<number>()
  for (const { lane, link, transaction_ids } of links) {
    if (stopped.has(lane)) continue
    if (transaction_ids.every(settled)) positions.set(lane, link)
    else stopped.add(lane)
  }
  return positions
}

/** Whole links, in order within each lane, until there is enough to do. */
function firstOf(links: readonly WaitingLink[]): WaitingLink[] {
  let transactions = 0
  return links.filter((link) => {
    const wanted = transactions < BITE
    transactions += link.transaction_ids.length
    return wanted
  })
}
