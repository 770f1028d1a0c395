export interface OneAtATime {
  /** Resolves when a pass that began after this call has ended; overlapping calls share it. */
  readonly run: () => Promise<void>
  /** Resolves when nothing runs any more. */
  readonly idle: () => Promise<void>
}

/** Lets passes run one after another, never two at once. */
export function oneAtATime(pass: () => Promise<void>): OneAtATime {
  let running: Promise<void> | null = null
  let queued: Promise<void> | null = null
  const begin = (): Promise<void> => {
    queued = null
    const current = pass().finally(() => {
      if (running === current) running = null
    })
    running = current
    return current
  }
  const run = (): Promise<void> => {
    if (queued) return queued
    if (!running) return begin()
    queued = running.catch(() => {}).then(begin)
    return queued
  }
  const idle = async (): Promise<void> => {
    await queued
    await running
  }
  return { run, idle }
}
