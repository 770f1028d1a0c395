import { randomBytes } from 'node:crypto'
import type { Settings } from './config.ts'
import { passedOn } from './config.ts'
import type { Facts } from './environment.ts'
import { StackFailure } from './failure.ts'
import { freePort, isListening } from './ports.ts'
import { urlFor } from './provision.ts'
import type { Secrets } from './secrets.ts'
import { PROCESSES, type ProcessDeclaration } from './topology.ts'

export interface FactsInput {
  readonly settings: Settings
  readonly secrets: Secrets
  readonly started: readonly ProcessDeclaration[]
  readonly adminUrl: string
  readonly natsUrl: string
  /** Wanted for the gateway; a free one when absent. */
  readonly port: number | undefined
}

/** The sandbox has no limits, and its days pass in seconds. */
export const SANDBOX_MIRROR = { rates: '5000/5000/5000', auditDays: 7 }

/** The processes to start: those of `only`, without the sandboxes that a real account replaces. */
export function processesToStart(settings: Settings, only?: readonly string[]): ProcessDeclaration[] {
  for (const name of only ?? [])
    if (!PROCESSES.some((each) => each.name === name)) throw new StackFailure(`There is no process named ${name}`)
  const replaced = new Set<string>()
  if (settings.OPENMETER_API_KEY !== undefined) replaced.add('sandbox-openmeter')
  if (settings.MODERN_TREASURY_API_KEY !== undefined) replaced.add('sandbox-modern-treasury')
  return PROCESSES.filter(({ name }) => !replaced.has(name) && (only === undefined || only.includes(name)))
}

/** Chooses ports, secrets and addresses of a run on one machine; the same ones each time where they are still free. */
export async function localFacts(input: FactsInput): Promise<Facts> {
  const { settings, secrets, started } = input
  const ports = await choosePorts(input)
  const url = (name: string): string => {
    const port = ports.get(name)
    return port === undefined ? 'http://127.0.0.1:9' : `http://127.0.0.1:${port}`
  }
  const real = settings.OPENMETER_API_KEY !== undefined || settings.MODERN_TREASURY_API_KEY !== undefined
  return {
    // The test clock would run ahead of a real provider's.
    clock: settings.CLOCK ?? (real ? 'system' : 'sandbox'),
    logLevel: settings.LOG_LEVEL ?? 'info',
    listen: (name) => ({ host: '127.0.0.1', port: ports.get(name) ?? 0 }),
    url,
    publicUrl: settings.PUBLIC_URL ?? url('gateway'),
    databaseUrl: (role, database) => urlFor(input.adminUrl, role, secrets.get(`password:${role}`), database),
    nats: natsFacts(input),
    internalAuthSecret: secrets.get('internal-auth'),
    openmeter: {
      url: settings.OPENMETER_URL ?? url('sandbox-openmeter'),
      apiKey: settings.OPENMETER_API_KEY ?? secrets.get('openmeter-api-key', () => `om_${random()}`),
      webhookSecret: settings.OPENMETER_WEBHOOK_SECRET ?? secrets.get('openmeter-webhook', svixSecret),
    },
    modernTreasury: {
      baseUrl:
        settings.MODERN_TREASURY_BASE_URL ??
        (settings.MODERN_TREASURY_API_KEY ? 'https://app.moderntreasury.com' : url('sandbox-modern-treasury')),
      organizationId: settings.MODERN_TREASURY_ORGANIZATION_ID ?? 'org-draupnir-sandbox',
      apiKey: settings.MODERN_TREASURY_API_KEY ?? secrets.get('modern-treasury-api-key', () => `test-${random()}`),
      webhookKey: settings.MODERN_TREASURY_WEBHOOK_KEY ?? secrets.get('modern-treasury-webhook'),
    },
    mirror: mirrorFacts(settings),
    bootstrapApiKey: secrets.get('api-key', () => `sk_${real ? 'live' : 'sandbox'}_${random()}`),
    sandboxControlSecret: secrets.get('sandbox-control'),
    started,
    passedOn: passedOn(),
  }
}

function mirrorFacts({ LEDGER_MIRROR: at = 'modern-treasury', ...settings }: Settings): Facts['mirror'] {
  const { LEDGER_MIRROR_RATES: rates, MODERN_TREASURY_API_KEY: real } = settings
  return { at, ...(real === undefined ? SANDBOX_MIRROR : {}), ...(rates === undefined ? {} : { rates }) }
}

async function choosePorts({ secrets, started, port: wanted, settings }: FactsInput): Promise<Map<string, number>> {
  const gatewayPort = wanted ?? settings.PORT
  if (gatewayPort !== undefined && (await isListening(gatewayPort)))
    throw new StackFailure(`Port ${gatewayPort} is in use: stop what uses it, or choose another with --port`)
  const ports = new Map<string, number>()
  for (const { name } of started) {
    const last = Number(secrets.get(`port:${name}`, () => '0')) || undefined
    let port = name === 'gateway' && gatewayPort !== undefined ? gatewayPort : await freePort(last)
    while ([...ports.values()].includes(port)) port = await freePort()
    ports.set(name, port)
    secrets.set(`port:${name}`, String(port))
  }
  return ports
}

function natsFacts({ settings, secrets, natsUrl }: FactsInput): Facts['nats'] {
  if (settings.NATS_URL === undefined)
    return { url: natsUrl, login: (user) => ({ user, password: secrets.get(`nats:${user}`) }) }
  const given = new URL(settings.NATS_URL)
  const login = given.username === '' ? null : { user: given.username, password: decodeURIComponent(given.password) }
  given.username = ''
  given.password = ''
  return { url: given.toString(), login: () => login }
}

function svixSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`
}

function random(): string {
  return randomBytes(32).toString('base64url')
}
