import { type ManualClock, manualClock } from '@draupnir/sandbox'
import { emptyDatabase } from '@draupnir/sandbox/testing'
import { type Instant, instant } from '@draupnir/time'
import { type Invoice, OpenMeter } from '@openmeter/sdk'
import { type RunningOpenMeter, startOpenMeter } from '../service.ts'
import { observed } from './conformance.ts'

export const API_KEY = 'om_test_key'
export const CONTROL_SECRET = 'control-secret-of-tests'

export interface Harness {
  readonly om: OpenMeter
  readonly url: string
  readonly clock: ManualClock
  readonly running: RunningOpenMeter
  /** Moves the clock and waits until everything due is done and delivered. */
  at(moment: string): Promise<void>
  settle(): Promise<void>
  control(method: string, path: string, body?: unknown): Promise<Response>
  /** Ends the process and starts another on the same database. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** A sandbox on a database and a clock of its own, and the official SDK before it. */
export async function startHarness(start = '2026-10-01T00:00:00Z'): Promise<Harness> {
  const database = await emptyDatabase()
  const clock = manualClock(instant(start))
  const open = () =>
    startOpenMeter({
      host: '127.0.0.1',
      port: 0,
      databaseUrl: database.url,
      clock,
      apiKey: API_KEY,
      controlSecret: CONTROL_SECRET,
    })
  const state = { running: await open() }
  const client = () => new OpenMeter({ baseUrl: state.running.url, apiKey: API_KEY, fetch: observed })
  let om = client()
  const settle = () => state.running.sandbox.settle()
  return {
    get om() {
      return om
    },
    get url() {
      return state.running.url
    },
    get running() {
      return state.running
    },
    clock,
    settle,
    at: async (moment) => {
      clock.set(instant(moment))
      await settle()
    },
    control: (method, path, body) =>
      fetch(`${state.running.url}/_sandbox${path}`, {
        method,
        headers: { authorization: `Bearer ${CONTROL_SECRET}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    restart: async () => {
      await state.running.stop()
      state.running = await open()
      om = client()
    },
    close: async () => {
      await state.running.stop()
      await database.drop()
    },
  }
}

export const asInstant = (at: Date | undefined): Instant | undefined => at && instant(at.toISOString())

/** The custom invoicing app behind the default profile: what Draupnir bills through. */
export async function useCustomInvoicing(
  om: OpenMeter,
  hooks = false,
  invoicing: Record<string, unknown> = {},
): Promise<string> {
  const { data } = await om.client.POST('/api/v1/marketplace/listings/{type}/install', {
    params: { path: { type: 'custom_invoicing' } },
    body: { name: 'Draupnir', createBillingProfile: false },
  })
  const id = data?.app.id
  if (id === undefined) throw new Error('not installed')
  if (hooks) {
    const on = { enableDraftSyncHook: true, enableIssuingSyncHook: true }
    await om.apps.update(id, { type: 'custom_invoicing', name: 'Draupnir', ...on })
  }
  await om.billing.profiles.create({
    name: 'Draupnir',
    default: true,
    supplier: { name: 'Acme Compute', addresses: [{ country: 'US' }] },
    apps: { tax: id, invoicing: id, payment: id },
    workflow: {
      collection: { alignment: { type: 'subscription' }, interval: 'PT1H' },
      invoicing: {
        autoAdvance: true,
        draftPeriod: 'P0D',
        dueAfter: 'P30D',
        progressiveBilling: false,
        ...invoicing,
      },
      payment: { collectionMethod: 'send_invoice' },
    },
  } as Parameters<OpenMeter['billing']['profiles']['create']>[0])
  return id
}

export async function invoicesOf(om: OpenMeter, ...statuses: string[]): Promise<Invoice[]> {
  const page = await om.billing.invoices.list({
    expand: ['lines'],
    orderBy: 'createdAt',
    ...(statuses.length > 0 ? { statuses } : {}),
  } as Parameters<OpenMeter['billing']['invoices']['list']>[0])
  return page?.items ?? []
}

/** A webhook channel; the SDK's type asks for what only the server knows. */
export async function createChannel(om: OpenMeter, url: string, signingSecret?: string): Promise<string> {
  const input = { type: 'WEBHOOK', name: 'billing', url, disabled: false, signingSecret }
  const channel = await om.notifications.channels.create(
    input as unknown as Parameters<OpenMeter['notifications']['channels']['create']>[0],
  )
  return channel?.id ?? ''
}
