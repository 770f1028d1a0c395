/** What an attempt to collect an invoice has come to. */
export interface Attempt {
  readonly attempt: number
  readonly state: 'requested' | 'committed' | 'refused'
  readonly fundsCame: boolean
}

/** The number of the attempt to make now, or null while one is under way or has succeeded. */
export function nextAttempt(latest: Attempt | null): number | null {
  if (latest === null) return 1
  return latest.state === 'refused' ? latest.attempt + 1 : null
}

/** Whether the ledger still owes an answer. */
export function isAwaited(latest: Attempt | null): boolean {
  return latest?.state === 'requested'
}
