import type { Facts } from './environment.ts'
import { SANDBOX_MIRROR } from './facts.ts'
import { DATABASE, OWNER_ROLE, PROCESSES, type ProcessDeclaration, services } from './topology.ts'

/** Every container listens there. */
export const CONTAINER_PORT = 8080

/** A value that is only known where the system is deployed; rendered as each format writes it. */
export function placeholder(name: string): string {
  return `{{${name}}}`
}

/** Replaces the placeholders in `text` by what `render` makes of their names. */
export function fillIn(text: string, render: (name: string) => string): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_whole, name: string) => render(name))
}

/** The names of the placeholders in these values, each once. */
export function placeholdersIn(values: Iterable<string>): string[] {
  const names = [...values].flatMap((value) => [...value.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? ''))
  return [...new Set(names)]
}

export function passwordName(role: string): string {
  return `PASSWORD_${screaming(role)}`
}

export function natsPasswordName(user: string): string {
  return `NATS_PASSWORD_${screaming(user)}`
}

/** The login roles that the provisioning job gives their passwords. */
export function rolesToProvision(sandboxes: readonly ProcessDeclaration[]): string[] {
  const processes = [...services(), ...sandboxes]
  return [OWNER_ROLE, ...new Set(processes.map(({ database }) => database.role)), 'clock', 'clock_reader']
}

/** Facts of a deployment in which every process has a name in a network of its own. */
export function deployedFacts(mode: 'sandbox' | 'system', databaseHost: string, publicUrl: string): Facts {
  const sandboxed = mode === 'sandbox'
  const url = (name: string) => `http://${name}:${CONTAINER_PORT}`
  return {
    clock: mode,
    logLevel: 'info',
    listen: () => ({ host: '0.0.0.0', port: CONTAINER_PORT }),
    url,
    publicUrl,
    databaseUrl: (role, database) =>
      `postgres://${role}:${placeholder(passwordName(role))}@${databaseHost}/${database}`,
    nats: {
      url: 'nats://nats:4222',
      login: (user) => ({ user, password: placeholder(natsPasswordName(user)) }),
    },
    internalAuthSecret: placeholder('INTERNAL_AUTH_SECRET'),
    openmeter: {
      url: sandboxed ? url('sandbox-openmeter') : placeholder('OPENMETER_URL'),
      apiKey: placeholder('OPENMETER_API_KEY'),
      webhookSecret: placeholder('OPENMETER_WEBHOOK_SECRET'),
    },
    modernTreasury: {
      baseUrl: sandboxed ? url('sandbox-modern-treasury') : 'https://app.moderntreasury.com',
      organizationId: placeholder('MODERN_TREASURY_ORGANIZATION_ID'),
      apiKey: placeholder('MODERN_TREASURY_API_KEY'),
      webhookKey: placeholder('MODERN_TREASURY_WEBHOOK_KEY'),
    },
    mirror: { at: 'modern-treasury', ...(sandboxed ? SANDBOX_MIRROR : {}) },
    bootstrapApiKey: placeholder('BOOTSTRAP_API_KEY'),
    sandboxControlSecret: placeholder('SANDBOX_CONTROL_SECRET'),
    started: sandboxed ? PROCESSES : services(),
    passedOn: {},
  }
}

/** What the provisioning job is told. */
export function provisionEnvironment(facts: Facts, adminUrl: string): Record<string, string> {
  const sandboxes = facts.started.filter(({ kind }) => kind === 'sandbox')
  const passwords = rolesToProvision(sandboxes).map((role) => [passwordName(role), placeholder(passwordName(role))])
  return {
    ADMIN_DATABASE_URL: adminUrl,
    NATS_URL: facts.nats.url,
    NATS_USER: 'provisioner',
    NATS_PASSWORD: placeholder(natsPasswordName('provisioner')),
    CLOCK: facts.clock,
    SANDBOXES: sandboxes.map(({ name }) => name).join(','),
    ...Object.fromEntries(passwords),
  }
}

export const DATABASE_NAME = DATABASE

function screaming(name: string): string {
  return name.replaceAll('-', '_').toUpperCase()
}
