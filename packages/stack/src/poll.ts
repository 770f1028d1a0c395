import { setTimeout as delay } from 'node:timers/promises'

/** Asks `probe` every `everyMs` until it answers something else than undefined; undefined after `timeoutMs`. */
export async function poll<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  timeoutMs: number,
  everyMs = 20,
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const answer = await probe()
    if (answer !== undefined || performance.now() >= deadline) return answer
    await delay(everyMs)
  }
}
