import type { Id } from '@draupnir/ids'
import { consume, type Left, type Piece } from '../wallet/funding.ts'

/** A committed payment that is not settled. */
export interface Unsettled {
  readonly collectionId: Id<'collection'>
  readonly invoiceId: Id<'invoice'>
  readonly amount: bigint
}

/** A committed payment that is reversed: what the bank takes of it, and what is free again. */
export interface Freed extends Unsettled {
  readonly taken: bigint
}

export interface FromPayer {
  readonly available: bigint
  readonly freed: readonly Freed[]
  /** What the payer does not have. */
  readonly open: bigint
}

/** Takes what the payer has available, then reverses committed payments, in order, until there is enough. */
export function fromPayer(amount: bigint, available: bigint, unsettled: readonly Unsettled[]): FromPayer {
  const taken = available < amount ? available : amount
  let open = amount - taken
  const freed: Freed[] = []
  for (const payment of unsettled) {
    if (open === 0n) break
    const part = payment.amount < open ? payment.amount : open
    freed.push({ ...payment, taken: part })
    open -= part
  }
  return { available: taken, freed, open }
}

/** How much of a payment stands on one pay-in. */
export interface Use {
  readonly collectionId: Id<'collection'>
  readonly amount: bigint
}

export interface Replaced {
  readonly collectionId: Id<'collection'>
  readonly pieces: readonly Piece[]
}

export interface Standing {
  /** What other lots, the oldest first, give for what the payer had: all pieces of `replaced` and `recouped`. */
  readonly replaced: readonly Replaced[]
  readonly recouped: readonly Piece[]
  /** Payments that stand on the returned pay-in still, the newest first. */
  readonly unfunded: readonly Use[]
}

export interface StandIn {
  /** What was taken from the payer. */
  readonly taken: bigint
  /** What was left of the returned pay-in. */
  readonly remaining: bigint
  /** Lots left of the payer, the oldest first. */
  readonly others: readonly Left[]
  /** What stands on the returned pay-in, the oldest first. */
  readonly uses: readonly Use[]
}

/**
 * Money the payer had beyond what was left of the returned pay-in takes its place: first under the oldest payment. What
 * is then not covered has lost its funds.
 */
export function standIn({ taken, remaining, others, uses }: StandIn): Standing {
  let pieces = consume(others, taken > remaining ? taken - remaining : 0n)
  const replaced: Replaced[] = []
  const unfunded: Use[] = []
  for (const { collectionId, amount } of uses) {
    const [these, rest] = cut(pieces, amount)
    pieces = rest
    if (these.length > 0) replaced.push({ collectionId, pieces: these })
    const covered = these.reduce((sum, piece) => sum + piece.amount, 0n)
    if (covered < amount) unfunded.unshift({ collectionId, amount: amount - covered })
  }
  return { replaced, recouped: pieces, unfunded }
}

/** Pieces of together at most `amount`, and what is left of them. */
function cut(pieces: readonly Piece[], amount: bigint): [Piece[], Piece[]] {
  const [these, rest]: [Piece[], Piece[]] = [[], []]
  let open = amount
  for (const piece of pieces) {
    const part = piece.amount < open ? piece.amount : open
    if (part > 0n) these.push({ ...piece, amount: part })
    if (part < piece.amount) rest.push({ ...piece, amount: piece.amount - part })
    open -= part
  }
  return [these, rest]
}
