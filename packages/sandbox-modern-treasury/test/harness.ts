import { manualClock } from '@draupnir/sandbox'
import { emptyDatabase, type Received, startReceiver } from '@draupnir/sandbox/testing'
import { eventually } from '@draupnir/testing'
import { type Instant, instant } from '@draupnir/time'
import ModernTreasury from 'modern-treasury'
import { z } from 'zod'
import { FBO_ACCOUNT_ID, startSandbox } from '../src/index.ts'
import { conformance, specificationIsHere } from './conformance.ts'

export const CONTROL_SECRET = 'control'
export const WEBHOOK_KEY = 'whk'
const ActivityAnswer = z.looseObject({ busy: z.array(z.unknown()), next_due_at: z.string().nullable() })

export interface Webhook {
  readonly headers: Readonly<Record<string, string>>
  readonly raw: string
  readonly topic: string
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A running sandbox, the official SDK talking to it, a receiver of its webhooks and a clock to move. */
export async function startHarness(start = '2026-01-05T15:00:00Z') {
  const database = await emptyDatabase()
  const clock = manualClock(instant(start))
  const config = {
    host: '127.0.0.1',
    port: 0,
    databaseUrl: database.url,
    clockDatabaseUrl: undefined,
    organizationId: 'org',
    apiKey: 'key',
    webhookKey: WEBHOOK_KEY,
    controlSecret: CONTROL_SECRET,
    webhookUrl: undefined,
  }
  let realMs = 0
  const nowMs = () => realMs
  let sandbox = await startSandbox(config, clock, nowMs)
  const receiver = await startWebhookReceiver()
  const violations: string[] = []
  const client = () =>
    new ModernTreasury({
      organizationID: 'org',
      apiKey: 'key',
      webhookKey: WEBHOOK_KEY,
      baseURL: sandbox.url,
      maxRetries: 0,
      fetch: specificationIsHere ? checkedFetch(violations) : fetch,
    })
  const control = async (method: string, path: string, body?: object | null) => {
    const response = await fetch(`${sandbox.url}/_sandbox/${path}`, {
      method,
      headers: { authorization: `Bearer ${CONTROL_SECRET}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text) }
  }
  /** Waits until nothing is due and no webhook is on its way. */
  const quiet = () =>
    eventually(async () => {
      const activity = ActivityAnswer.parse(await (await fetch(`${sandbox.url}/internal/activity`)).json())
      return activity.busy.length === 0 && activity
    })
  return {
    clock,
    receiver,
    violations,
    /** Moves the time by which rates are limited. */
    setMs: (ms: number) => {
      realMs = ms
    },
    control,
    quiet,
    client,
    url: () => sandbox.url,
    mt: client(),
    databaseUrl: config.databaseUrl,
    /** Moves the clock and waits for everything that follows from it. */
    advance: async (to: string) => {
      clock.set(instant(to) as Instant)
      await quiet()
    },
    restart: async (changes: { webhookUrl?: string } = {}) => {
      await sandbox.stop()
      sandbox = await startSandbox({ ...config, ...changes, port: Number(new URL(sandbox.url).port) }, clock, nowMs)
    },
    /** Ends everything; throws if anything said on the way broke the specification. */
    stop: async () => {
      await sandbox.stop()
      await receiver.close()
      await database.drop()
      if (violations.length > 0) throw new Error(`against the specification:\n${violations.join('\n')}`)
    },
  }
}

/** A counterparty with one account of this number. */
export async function onboard(mt: ModernTreasury, accountNumber = '123456789'): Promise<{ cp: string; ea: string }> {
  const counterparty = await mt.counterparties.create({ name: 'Acme GPU LLC', accounts: [account(accountNumber)] })
  const [external] = counterparty.accounts
  if (!external?.id) throw new Error('a counterparty is created with its account')
  return { cp: counterparty.id, ea: external.id }
}

export function account(accountNumber: string): ModernTreasury.CounterpartyCreateParams.Account {
  return {
    account_type: 'checking',
    party_type: 'business',
    party_name: 'Acme GPU LLC',
    account_details: [{ account_number: accountNumber }],
    routing_details: [{ routing_number: '121141822', routing_number_type: 'aba' }],
  }
}

/** An order from the FBO account. */
export function order(
  ea: string,
  amount: number,
  direction: 'credit' | 'debit',
  type: 'ach' | 'wire' | 'rtp' | 'book' = 'ach',
) {
  return { type, direction, amount, originating_account_id: FBO_ACCOUNT_ID, receiving_account_id: ea } as const
}

export type Harness = Awaited<ReturnType<typeof startHarness>>

/** The shared receiver, read as webhooks of this provider. */
async function startWebhookReceiver() {
  const receiver = await startReceiver()
  const read = ({ headers, body }: Received): Webhook => ({
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    raw: body,
    topic: String(headers['x-topic'] ?? ''),
    ...JSON.parse(body),
  })
  const webhooks = () => receiver.received.map(read)
  return {
    url: receiver.url,
    webhooks,
    names: () => webhooks().map(({ topic, event }) => `${topic}.${event}`),
    forget: () => receiver.received.splice(0),
    answer: receiver.answer,
    close: receiver.close,
  }
}

function checkedFetch(violations: string[]): typeof fetch {
  const spec = conformance()
  return async (input, init) => {
    const method = init?.method ?? 'GET'
    const { pathname } = new URL(String(input))
    const response = await fetch(input, init)
    const text = await response.clone().text()
    const body = text === '' ? null : JSON.parse(text)
    const wrong = spec.response(method, pathname, response.status, body)
    if (wrong !== null && response.status !== 501) violations.push(`${method} ${pathname} ${response.status}: ${wrong}`)
    if (response.ok && typeof init?.body === 'string') {
      const wrongRequest = spec.request(method, pathname, JSON.parse(init.body))
      if (wrongRequest !== null) violations.push(`${method} ${pathname} request: ${wrongRequest}`)
    }
    return response
  }
}
