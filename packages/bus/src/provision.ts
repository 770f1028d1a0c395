import type { DurableDeclaration, StreamDeclaration } from '@draupnir/wire'
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  type JetStreamManager,
  ReplayPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { Bus } from './bus.ts'
import { driverOf } from './driver.ts'
import { unlessMissing } from './info.ts'

export interface Topology {
  readonly streams: readonly StreamDeclaration[]
  readonly durables: readonly DurableDeclaration[]
  /** Copies of each stream in the cluster; default 1. */
  readonly replicas?: 1 | 3
}

/** A setting that is not as declared; `fixed` when it was put right. */
export interface Drift {
  readonly of: string
  readonly setting: string
  readonly declared: unknown
  readonly found: unknown
  readonly fixed: boolean
}

export interface ProvisionReport {
  readonly created: readonly string[]
  readonly drift: readonly Drift[]
}

/** Creates what is missing and puts right what may be changed; run as often as you like. What cannot be changed is reported. */
export async function provision(bus: Bus, topology: Topology): Promise<ProvisionReport> {
  return reconcile(driverOf(bus).manager, topology, true)
}

/** What differs from the declarations; changes nothing. A missing stream or durable is a drift of setting `exists`. */
export async function checkDrift(bus: Bus, topology: Topology): Promise<readonly Drift[]> {
  return (await reconcile(driverOf(bus).manager, topology, false)).drift
}

async function reconcile(manager: JetStreamManager, topology: Topology, fix: boolean): Promise<ProvisionReport> {
  const created: string[] = []
  const drift: Drift[] = []
  for (const declaration of topology.streams) {
    const config = streamConfig(declaration, topology.replicas ?? 1)
    const info = await unlessMissing(manager.streams.info(declaration.name))
    if (info === null && fix) await manager.streams.add(config)
    if (info === null) note(created, drift, declaration.name, fix)
    else
      drift.push(
        ...(await repair(declaration.name, config, info.config, STREAM_EDITABLE, fix, (changed) =>
          manager.streams.update(declaration.name, { ...info.config, ...changed }),
        )),
      )
  }
  for (const declaration of topology.durables) {
    const { stream, name } = declaration
    const config = durableConfig(declaration)
    const info = await unlessMissing(manager.consumers.info(stream, name))
    if (info === null && fix) await manager.consumers.add(stream, config)
    if (info === null) note(created, drift, name, fix)
    else
      drift.push(
        ...(await repair(name, config, info.config, DURABLE_EDITABLE, fix, (changed) =>
          manager.consumers.update(stream, name, changed),
        )),
      )
  }
  return { created, drift }
}

function note(created: string[], drift: Drift[], name: string, fix: boolean): void {
  if (fix) created.push(name)
  else drift.push({ of: name, setting: 'exists', declared: true, found: false, fixed: false })
}

const STREAM_EDITABLE = new Set([
  'subjects',
  'max_age',
  'max_bytes',
  'discard',
  'duplicate_window',
  'num_replicas',
  'allow_direct',
])
const DURABLE_EDITABLE = new Set(['ack_wait', 'max_deliver', 'max_ack_pending', 'inactive_threshold', 'filter_subject'])

async function repair<C extends object>(
  of: string,
  declared: C,
  found: object,
  editable: ReadonlySet<string>,
  fix: boolean,
  update: (changed: C) => Promise<unknown>,
): Promise<Drift[]> {
  const live = new Map<string, unknown>(Object.entries(found))
  const different = Object.entries(declared).filter(
    ([key, value]) => JSON.stringify(live.get(key)) !== JSON.stringify(value),
  )
  const changed = different.filter(([key]) => editable.has(key))
  if (fix && changed.length > 0) await update(Object.fromEntries(changed) as C)
  return different.map(([setting, value]) => ({
    of,
    setting,
    declared: value,
    found: live.get(setting),
    fixed: fix && editable.has(setting),
  }))
}

function streamConfig(declaration: StreamDeclaration, replicas: number) {
  return {
    name: declaration.name,
    subjects: [...declaration.subjects],
    storage: StorageType.File,
    // Limits: every consumer sees everything, and a restart keeps the deduplication of what is stored.
    retention: RetentionPolicy.Limits,
    // A full stream stalls the relay and loses nothing; `old` would delete events nobody has read.
    discard: DiscardPolicy.New,
    max_age: nanos(declaration.maxAgeMs),
    max_bytes: declaration.maxBytes,
    duplicate_window: nanos(declaration.duplicateWindowMs),
    num_replicas: replicas,
    deny_delete: true,
    deny_purge: true,
    allow_direct: true,
  } satisfies Partial<StreamConfig>
}

function durableConfig(declaration: DurableDeclaration) {
  return {
    durable_name: declaration.name,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    replay_policy: ReplayPolicy.Instant,
    ack_wait: nanos(declaration.ackWaitMs),
    // Poison is parked in Postgres, so the broker never has to give up.
    max_deliver: -1,
    max_ack_pending: declaration.maxAckPending,
  } satisfies Partial<ConsumerConfig>
}
