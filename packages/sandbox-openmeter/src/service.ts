import { openSandbox, type Sandbox, type Sql, type TestClock, type Work } from '@draupnir/sandbox'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@draupnir/time'
import { createApi } from './api.ts'
import { insertApp } from './app/app.store.ts'
import { ADVANCE, advanceById } from './invoice/advance.ts'
import { collectDue } from './invoice/collect.ts'
import { COLLECT } from './invoice/gathering.ts'
import { SYNC, syncSubscription } from './invoice/sync-subscription.ts'
import { getChannel } from './notification/notification.store.ts'
import { svixHeaders } from './notification/svix.ts'
import { listProfiles, saveProfile } from './profile/profile.store.ts'
import { completeWorkflow } from './profile/profile.ts'
import { problemResponse } from './shared/problem.ts'
import { ulid } from './shared/ulid.ts'
import { lockSubscription } from './subscription/subscription.store.ts'

export interface OpenMeterOptions {
  readonly host: string
  readonly port: number
  readonly databaseUrl: string
  readonly clock: TestClock
  readonly apiKey: string | undefined
  readonly controlSecret: string | undefined
}

export interface RunningOpenMeter {
  readonly url: string
  readonly sandbox: Sandbox
  stop(): Promise<void>
}

const SVIX_TIMEOUT_MS = 15 * SECOND_MS
const SVIX_RETRIES_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  10 * HOUR_MS,
]

/** Starts a sandbox OpenMeter over its own database, on the given clock. */
export async function startOpenMeter(options: OpenMeterOptions): Promise<RunningOpenMeter> {
  const { clock } = options
  const sandbox: Sandbox = await openSandbox({
    name: 'sandbox-openmeter',
    databaseUrl: options.databaseUrl,
    migrations: new URL('../migrations/', import.meta.url),
    clock,
    controlSecret: options.controlSecret,
    webhooks: {
      sign: async ({ endpoint, messageId, body }, at) => {
        const channel = await getChannel(sandbox.database.sql, endpoint, true)
        return svixHeaders(channel.signingSecret, messageId, at, body)
      },
      timeoutMs: SVIX_TIMEOUT_MS,
      retriesMs: SVIX_RETRIES_MS,
    },
    work: {
      [COLLECT]: async (sql, work) => {
        const { customerId, currency } = collectData(work)
        await collectDue({ sql, now: work.dueAt }, customerId, currency)
      },
      [ADVANCE]: async (sql, work) => {
        await advanceById({ sql, now: work.dueAt }, work.key)
      },
      [SYNC]: async (sql, work) => {
        await lockSubscription(sql, work.key)
        await syncSubscription({ sql, now: work.dueAt }, work.key)
      },
    },
    problem: (status) => problemResponse(status, 'the fault switch struck'),
    seed: async (database) => {
      const now = await clock.read()
      await database.transaction((sql) => seed(sql, now))
    },
  })
  const api = createApi(sandbox.database, clock, options.apiKey)
  const { url, stop } = await sandbox.listen(api, options)
  return { url, sandbox, stop }
}

// A fresh account has the sandbox app and a default profile over it.
async function seed(sql: Sql, now: Awaited<ReturnType<TestClock['read']>>): Promise<void> {
  if ((await listProfiles(sql)).length > 0) return
  const unit = { sql, now }
  const app = await insertApp(unit, ulid(now), 'sandbox', 'Sandbox')
  await saveProfile(unit, {
    id: ulid(now),
    name: 'Sandbox Billing Profile',
    description: null,
    metadata: null,
    supplier: { name: 'Sandbox', addresses: [{ country: 'US' }] },
    workflow: completeWorkflow({}),
    appId: app.id,
    isDefault: true,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  })
}

function collectData({ data }: Work): { customerId: string; currency: string } {
  const { customerId, currency } = Object(data)
  if (typeof customerId !== 'string' || typeof currency !== 'string') throw new Error('collect work without a customer')
  return { customerId, currency }
}
