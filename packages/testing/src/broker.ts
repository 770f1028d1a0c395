import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Nats, type NatsOptions, startNats } from '@draupnir/stack'

export interface TestBroker extends Nats {
  /** Where its streams are, for tests that wipe or roll them back. */
  readonly storeDir: string
}

/** A nats-server of a test's own, on a free port; `stop()` removes its files. */
export async function startTestBroker(options: Omit<NatsOptions, 'storeDir'> = {}): Promise<TestBroker> {
  const storeDir = mkdtempSync(join(tmpdir(), 'draupnir-nats-'))
  const nats = await startNats({ ...options, storeDir })
  return {
    ...nats,
    storeDir,
    stop: async () => {
      await nats.stop()
      rmSync(storeDir, { recursive: true, force: true })
    },
  }
}
