/** The crash points this process dies at, `name` or `name:3` for its third passing; empty outside crash tests. */
export function crashAt(): string {
  return process.env.DRAUPNIR_CRASH_POINTS === '1' ? (process.env.CRASH_AT ?? '') : ''
}
