/** What an attempt to collect an invoice has come to; `reversed` is what was committed and taken back. */
export interface Attempt {
  readonly attempt: number
  readonly state: 'requested' | 'committed' | 'refused' | 'reversed'
  readonly fundsCame: boolean
}

/** The number of the attempt to make now at an invoice that is open, or null while one is under way. */
export function nextAttempt(latest: Attempt | null): number | null {
  if (isAwaited(latest)) return null
  return (latest?.attempt ?? 0) + 1
}

/** Whether the ledger still owes an answer. */
export function isAwaited(latest: Attempt | null): boolean {
  return latest?.state === 'requested'
}
