import type { Id } from '@draupnir/ids'

/** What of a pay-in is left in the wallet, in minor units. */
export interface Left {
  readonly payInId: Id<'payIn'>
  readonly remaining: bigint
}

/** A part of an amount and the pay-in it came by; null for money that no pay-in brought. */
export interface Piece {
  readonly payInId: Id<'payIn'> | null
  readonly amount: bigint
}

/** Takes `amount` from the lots, the first one first; what none of them covers came by no pay-in. */
export function consume(lots: readonly Left[], amount: bigint): Piece[] {
  const pieces: Piece[] = []
  let open = amount
  for (const { payInId, remaining } of lots) {
    const part = remaining < open ? remaining : open
    if (part <= 0n) continue
    pieces.push({ payInId, amount: part })
    open -= part
  }
  return open > 0n ? [...pieces, { payInId: null, amount: open }] : pieces
}
