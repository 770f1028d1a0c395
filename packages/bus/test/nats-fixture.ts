import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Nats, startNats } from '@draupnir/stack'
import type { DurableDeclaration, StreamDeclaration } from '@draupnir/wire'

export interface NatsFixture {
  readonly nats: Nats
  readonly storeDir: string
  readonly remove: () => Promise<void>
}

export async function natsFixture(configText?: string): Promise<NatsFixture> {
  const storeDir = mkdtempSync(join(tmpdir(), 'draupnir-nats-'))
  const nats = await startNats({ storeDir, ...(configText === undefined ? {} : { configText }) })
  return {
    nats,
    storeDir,
    remove: async () => {
      await nats.stop()
      rmSync(storeDir, { recursive: true, force: true })
    },
  }
}

export function stream(
  service: StreamDeclaration['service'],
  change: Partial<StreamDeclaration> = {},
): StreamDeclaration {
  return {
    service,
    name: `EVT_${service.toUpperCase()}`,
    subjects: [`evt.${service}.>`],
    maxAgeMs: 86_400_000,
    maxBytes: 64 * 1024 ** 2,
    duplicateWindowMs: 120_000,
    ...change,
  }
}

export function durable(
  consumer: DurableDeclaration['consumer'],
  producer: DurableDeclaration['producer'],
  change: Partial<DurableDeclaration> = {},
): DurableDeclaration {
  const name = `EVT_${producer.toUpperCase()}`
  return {
    name: `${consumer}--${name}`,
    stream: name,
    consumer,
    producer,
    ackWaitMs: 5_000,
    maxAckPending: 2_000,
    ...change,
  }
}
