import type { Id } from '@draupnir/ids'
import { add, type Money, subtract, toWire } from '@draupnir/money'
import { rank, type Source } from '../recipe/recourse.ts'

/** How much is taken from one source. */
export type Claim = Source & { readonly amount: Money }

/** One claim for each source, in the order of recourse; what they do not come to the payer owes. */
export function claimed(amount: Money, payer: Id<'party'>, parts: readonly Claim[]): Claim[] {
  const open = parts.map((part) => part.amount).reduce(subtract, amount)
  const owed: Claim = { from: 'receivable', party_id: payer, amount: open }
  const bySource = new Map<string, Claim>()
  for (const part of [...parts, owed]) {
    if (part.amount.amount <= 0n) continue
    const key = `${part.from} ${part.party_id}`
    const known = bySource.get(key)
    bySource.set(key, known === undefined ? part : { ...known, amount: add(known.amount, part.amount) })
  }
  return [...bySource.values()].sort((a, b) => rank(a.from) - rank(b.from))
}

/** As `pay_in.return` takes it. */
export function claimInput(claim: Claim) {
  const amount = toWire(claim.amount)
  return claim.party_id === null
    ? { from: claim.from, party_id: null, amount }
    : { from: claim.from, party_id: claim.party_id, amount }
}
