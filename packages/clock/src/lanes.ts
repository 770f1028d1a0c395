export interface LanesOptions {
  /** Does one piece of work; false when there was none. */
  readonly step: () => Promise<boolean>
  /** How many steps may run at once. */
  readonly lanes: number
  readonly pollMs: number
  readonly onError: (error: unknown, delayMs: number) => void
}

export interface Lanes {
  readonly wake: () => void
  /** Waits for the steps under way. */
  readonly stop: () => Promise<void>
}

/** Repeats `step` while it finds work, in more lanes as long as there is more; then rests until woken or `pollMs` passed. */
export function startLanes({ step, lanes, pollMs, onError }: LanesOptions): Lanes {
  const running = new Set<Promise<void>>()
  let active = 0
  let stopped = false
  let wakes = 0
  let failures = 0
  let alarm: NodeJS.Timeout | undefined

  const launch = () => {
    if (stopped || active >= lanes) return
    active += 1
    const lane = runLane()
    running.add(lane)
    void lane.finally(() => running.delete(lane))
  }
  const runLane = async () => {
    try {
      let seen = -1
      // A wake-up during an empty step may speak of work that the step could not see yet.
      while (!stopped && seen !== wakes) {
        seen = wakes
        while (!stopped && (await step())) launch()
        failures = 0
      }
    } catch (error) {
      failures += 1
      onError(error, backoffMs(failures))
    }
    active -= 1
    if (active === 0) rest(failures === 0 ? pollMs : backoffMs(failures))
  }
  const rest = (ms: number) => {
    clearTimeout(alarm)
    if (!stopped) alarm = setTimeout(launch, ms)
  }
  launch()
  return {
    wake: () => {
      wakes += 1
      if (failures === 0) launch()
    },
    stop: async () => {
      stopped = true
      clearTimeout(alarm)
      await Promise.all(running)
    },
  }
}

function backoffMs(failures: number): number {
  return Math.min(50 * 2 ** (failures - 1), 5_000)
}
