import type { Db } from '@draupnir/db'
import { type Check, checkOf, type Finding } from '@draupnir/service'
import { buckets, hoursOf, meter } from '../usage/usage.ts'
import * as store from './verify.store.ts'

const SERVICES_AT_ONCE = 200

/** The invariants of all devices, in one snapshot; each finding names the row that is wrong. */
export function verify({ db }: { readonly db: Db }): Promise<Check[]> {
  return db.transaction(async (db) => {
    await db.sql`set transaction isolation level repeatable read, read only`
    return [
      checkOf('device-health.usage-equals-heartbeats', await wrongUsage(db)),
      checkOf('device-health.device-shows-last-heartbeat', await store.wrongDevices(db)),
      checkOf('device-health.device-serves-once', await store.sharedDevices(db)),
    ]
  })
}

async function wrongUsage(db: Db): Promise<Finding[]> {
  const findings: Finding[] = []
  let after: store.MeteredService | null = null
  for (;;) {
    const services: store.MeteredService[] = await store.meteredAfter(db, after, SERVICES_AT_ONCE)
    for (const service of services) findings.push(...(await wrongHours(db, service)))
    const last = services.at(-1)
    if (last === undefined) return findings
    after = last
  }
}

async function wrongHours(db: Db, service: store.MeteredService): Promise<Finding[]> {
  const { serves, gpu_count: gpuCount, grace: graceSeconds, last_heartbeat_at: certainUntil } = service
  const recorded = await store.hoursOf(db, service)
  const served = hoursOf(...serves.map(({ from }) => ({ from, to: certainUntil })))
  const hours = [...new Set([...served, ...recorded.map(({ hour }) => hour)])].sort()
  const heartbeats = await store.heartbeatsOf(db, service.device_id)
  const totals = meter(heartbeats, serves, { gpuCount, graceSeconds, certainUntil }, hours)
  return buckets(totals, recorded).map(({ hour, total_gpu_seconds, delta_gpu_seconds }) => ({
    row: `usage_hours ${service.line_id} ${service.device_id} ${hour}`,
    detail: `published ${total_gpu_seconds - delta_gpu_seconds} GPU-seconds, heard ${total_gpu_seconds}`,
  }))
}
