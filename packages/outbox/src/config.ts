/** Where this process is told to die, for tests: CRASH_AT names the point, DRAUPNIR_CRASH_POINTS=1 arms it. */
export function crashPointFromEnvironment(): string | null {
  return process.env.DRAUPNIR_CRASH_POINTS === '1' ? (process.env.CRASH_AT ?? null) : null
}
