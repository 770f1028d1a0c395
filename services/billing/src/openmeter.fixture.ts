import { type OpenMeter, openMeter } from '@draupnir/openmeter'
import { API_KEY, type Harness, startHarness } from '@draupnir/sandbox-openmeter/testing'
import type { Instant } from '@draupnir/time'
import { afterAll } from 'vitest'
import { T0 } from './service.fixture.ts'

export interface Provider {
  readonly om: OpenMeter
  readonly harness: Harness
  /** Does what is due there by `at`. */
  readonly at: (at: Instant) => Promise<void>
  /** Strikes the next request, or what `rule` says. */
  readonly fault: (rule: object) => Promise<void>
}

/** A sandbox OpenMeter of the file's own behind the official SDK, as the service uses it. */
export async function provider(): Promise<Provider> {
  const harness = await startHarness(T0)
  afterAll(() => harness.close())
  return {
    om: openMeter({ url: harness.url, apiKey: API_KEY, timeoutMs: 5_000 }),
    harness,
    at: (at) => harness.at(at),
    fault: async (rule) => {
      const { status } = await harness.control('POST', '/faults', { remaining: 1, ...rule })
      if (status !== 201) throw new Error(`the fault switch answered ${status}`)
    },
  }
}
