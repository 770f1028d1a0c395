/** One row that is not as it should be. */
export interface Finding {
  /** Names the row, for a person to look up: `account pty_…:available:USD`. */
  readonly row: string
  readonly detail: string
}

/** One invariant of a service, with the rows that break it. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  readonly findings: readonly Finding[]
}

/** A check that holds when nothing was found. */
export function checkOf(name: string, findings: readonly Finding[]): Check {
  return { name, ok: findings.length === 0, findings }
}
