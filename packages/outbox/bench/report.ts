import { cpus, loadavg, release, totalmem } from 'node:os'
import { brokerVersion } from '../../bus/bench/raw-publish.ts'
import type { Pipe } from '../test/pipe.ts'

export interface Figures {
  readonly raw_publish_per_s: number
  readonly relay_events_per_s: number
  readonly relay_ratio: number
  readonly consumer_effects_per_s: number
  readonly latency_p50_ms: number
  readonly latency_p99_ms: number
  readonly replay_100k_s: number
  readonly replay_duplicate_effects: number
}

type Target = readonly [limit: number, direction: 'at least' | 'at most']
const TARGETS: Partial<Record<keyof Figures, Target>> = {
  relay_ratio: [0.6, 'at least'],
  consumer_effects_per_s: [15_000, 'at least'],
  latency_p50_ms: [5, 'at most'],
  latency_p99_ms: [50, 'at most'],
  replay_100k_s: [60, 'at most'],
  replay_duplicate_effects: [0, 'at most'],
}

/** Machine, versions and settings, a table with the targets, then the figures as one line of JSON. */
export async function printReport(figures: Figures, pipe: Pipe, settings: Record<string, number>): Promise<void> {
  const [server] = await pipe.producer.sql<Record<string, string>[]>`
    select current_setting('server_version') as version, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as synchronous_commit, current_setting('shared_buffers') as shared_buffers`
  const { version, ...durability } = server ?? {}
  console.log(
    `machine   ${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 1024 ** 3)} GB, Linux ${release()}, load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
  )
  console.log(
    `versions  Node ${process.version}, PostgreSQL ${version}, nats-server ${brokerVersion(pipe.bus)}, @nats-io/jetstream 3.4.0`,
  )
  console.log(`settings  ${JSON.stringify({ ...durability, stream: 'file, R1, default sync', ...settings })}`)
  for (const [name, value] of Object.entries(figures)) console.log(line(name, value))
  console.log(JSON.stringify(figures))
}

function line(name: string, value: number): string {
  const target = Object.entries(TARGETS).find(([key]) => key === name)?.[1]
  const verdict = target === undefined ? '' : `${target[1]} ${target[0]}: ${met(value, target) ? 'met' : 'MISSED'}`
  return `${name.padEnd(28)}${String(value).padStart(10)}   ${verdict}`
}

function met(value: number, [limit, direction]: Target): boolean {
  return direction === 'at least' ? value >= limit : value <= limit
}
