import { setTimeout as delay } from 'node:timers/promises'

/** Repeats `check` until it neither throws nor answers false, at most `deadlineMs`; then fails with its last reason. */
export async function eventually<T>(check: () => Promise<T | false> | T | false, deadlineMs = 10_000): Promise<T> {
  const deadline = performance.now() + deadlineMs
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    let reason: unknown = new Error(`still false after ${deadlineMs} ms: ${check}`)
    try {
      const answer = await check()
      if (answer !== false) return answer
    } catch (error) {
      reason = error
    }
    if (performance.now() >= deadline) throw reason
    await delay(pauseMs)
  }
}
