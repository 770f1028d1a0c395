import { Transient } from '@draupnir/errors'

/** Renews a lease three times within its length while `work` runs; a renewal that fails costs only the lease. */
export async function whileLeased<T>(leaseMs: number, renew: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  const beat = setInterval(() => void renew().catch(() => undefined), leaseMs / 3)
  try {
    return await work()
  } finally {
    clearInterval(beat)
  }
}

/** Rejects with a `Transient` when `work` takes longer than `timeoutMs`; its late end is ignored. */
export async function withinMs<T>(timeoutMs: number, what: string, work: Promise<T>): Promise<T> {
  let timeout: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timeout = setTimeout(() => reject(new Transient('clock.timed-out', `${what} took over ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timeout)
  }
}
