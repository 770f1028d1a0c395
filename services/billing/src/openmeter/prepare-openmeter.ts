import { sweep } from '@draupnir/clock'
import { Transient } from '@draupnir/errors'
import { type OpenMeter, reached } from '@draupnir/openmeter'
import { HOUR_MS } from '@draupnir/time'

export interface WebhookTarget {
  readonly url: string
  readonly secret: string
}

const NAME = 'Draupnir'
const RULES = ['invoice.created', 'invoice.updated'] as const

/**
 * Level-triggered: the custom-invoicing app, a default billing profile that uses it, and the webhook are there. Without
 * them OpenMeter's own sandbox app would mark invoices paid.
 */
export function prepareOpenMeter(om: OpenMeter, webhook: WebhookTarget) {
  return sweep('billing.prepare-openmeter', { everyMs: HOUR_MS }, async () => {
    const appId = await ensureApp(om)
    await ensureProfile(om, appId)
    await ensureRules(om, await ensureChannel(om, webhook))
  })
}

async function ensureApp(om: OpenMeter): Promise<string> {
  const apps = await reached('apps.list', () => om.apps.list())
  const found = apps.items.find((app) => app.type === 'custom_invoicing')
  if (found !== undefined) return found.id
  const installed = await reached('marketplace.install', async () => {
    const { data, error, response } = await om.client.POST('/api/v1/marketplace/listings/{type}/install', {
      params: { path: { type: 'custom_invoicing' } },
      body: { name: NAME },
    })
    if (data === undefined)
      throw new Transient('openmeter.unavailable', `install answered ${response.status}`, { cause: error })
    return data
  })
  return installed.app.id
}

async function ensureProfile(om: OpenMeter, appId: string): Promise<void> {
  const profiles = await reached('profiles.list', () => om.billing.profiles.list({ expand: ['apps'] }))
  if (profiles.items.some((profile) => profile.default && profile.name === NAME)) return
  await reached('profiles.create', () =>
    om.billing.profiles.create({
      name: NAME,
      default: true,
      supplier: { name: NAME, addresses: [{ country: 'US' }] },
      apps: { tax: appId, invoicing: appId, payment: appId },
      workflow: {
        collection: { interval: 'PT1H' },
        invoicing: { autoAdvance: true, draftPeriod: 'P0D', progressiveBilling: false },
        payment: { collectionMethod: 'send_invoice' },
      },
    }),
  )
}

async function ensureChannel(om: OpenMeter, { url, secret }: WebhookTarget): Promise<string> {
  const channels = await reached('channels.list', () => om.notifications.channels.list())
  const found = channels.items.find((channel) => channel.name === NAME)
  // The SDK asks for fields here that only the server can give.
  const wanted = { type: 'WEBHOOK', name: NAME, url, signingSecret: secret } as Parameters<
    OpenMeter['notifications']['channels']['create']
  >[0]
  if (found === undefined) return (await reached('channels.create', () => om.notifications.channels.create(wanted))).id
  // The gateway may have moved to another port or name since.
  if (found.url !== url) await reached('channels.update', () => om.notifications.channels.update(found.id, wanted))
  return found.id
}

async function ensureRules(om: OpenMeter, channelId: string): Promise<void> {
  const rules = await reached('rules.list', () => om.notifications.rules.list())
  for (const type of RULES) {
    const wanted = { type, name: `${NAME} ${type}`, channels: [channelId] }
    const found = rules.items.find((rule) => rule.type === type && rule.name === wanted.name)
    if (found === undefined) await reached('rules.create', () => om.notifications.rules.create(wanted))
    // The channel was made anew since.
    else if (!found.channels.some((channel) => channel.id === channelId))
      await reached('rules.update', () => om.notifications.rules.update(found.id, wanted))
  }
}
