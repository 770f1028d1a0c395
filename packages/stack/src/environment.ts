import {
  CLOCK,
  DATABASE,
  type DatabaseDeclaration,
  type EnvGroup,
  type ProcessDeclaration,
  services,
} from './topology.ts'

/** The addresses, secrets and choices from which the environment of every process follows. */
export interface Facts {
  readonly clock: 'system' | 'sandbox'
  readonly logLevel: string
  /** Host and port a process binds. */
  readonly listen: (name: string) => { host: string; port: number }
  /** How others reach it. */
  readonly url: (name: string) => string
  /** Where outsiders reach the gateway. */
  readonly publicUrl: string
  readonly databaseUrl: (role: string, database: string) => string
  readonly nats: {
    readonly url: string
    readonly login: (service: string) => { user: string; password: string } | null
  }
  readonly internalAuthSecret: string
  readonly openmeter: { readonly url: string; readonly apiKey: string; readonly webhookSecret: string }
  readonly modernTreasury: {
    readonly baseUrl: string
    readonly organizationId: string
    readonly apiKey: string
    readonly webhookKey: string
  }
  /** Where the ledger mirrors its books; how fast it may, and how often it compares, where its own defaults do not fit. */
  readonly mirror: { readonly at: 'modern-treasury' | 'none'; readonly rates?: string; readonly auditDays?: number }
  /** The first key of the gateway, with every scope. */
  readonly bootstrapApiKey: string
  readonly sandboxControlSecret: string
  readonly started: readonly ProcessDeclaration[]
  /** Passed on as they are: SENTRY_DSN, OTEL_EXPORTER_OTLP_ENDPOINT and the like. */
  readonly passedOn: Readonly<Record<string, string>>
}

/** The whole environment of one process. */
export function environmentOf(declaration: ProcessDeclaration, facts: Facts): Record<string, string> {
  const { host, port } = facts.listen(declaration.name)
  return {
    ...facts.passedOn,
    SERVICE_NAME: declaration.name,
    HOST: host,
    PORT: String(port),
    DATABASE_URL: databaseUrl(declaration.database, facts),
    LOG_LEVEL: facts.logLevel,
    CLOCK: facts.clock,
    INTERNAL_AUTH_SECRET: facts.internalAuthSecret,
    PUBLIC_URL: facts.publicUrl,
    ...clockEnvironment(declaration, facts),
    ...(declaration.kind === 'service' ? natsEnvironment(declaration.name, facts) : {}),
    ...(declaration.kind === 'sandbox' ? { SANDBOX_CONTROL_SECRET: facts.sandboxControlSecret } : {}),
    ...Object.assign({}, ...declaration.env.map((group) => groupEnvironment(group, facts))),
  }
}

function databaseUrl({ role, name }: DatabaseDeclaration, facts: Facts): string {
  return facts.databaseUrl(role, name)
}

function natsEnvironment(name: string, facts: Facts): Record<string, string> {
  const login = facts.nats.login(name)
  return {
    NATS_URL: facts.nats.url,
    ...(login === null ? {} : { NATS_USER: login.user, NATS_PASSWORD: login.password }),
  }
}

/** Only the gateway moves the clock; everyone else reads it. */
function clockEnvironment(declaration: ProcessDeclaration, facts: Facts): Record<string, string> {
  if (facts.clock === 'system') return {}
  const role = declaration.name === 'gateway' ? CLOCK.role : CLOCK.reader
  return { CLOCK_DATABASE_URL: facts.databaseUrl(role, DATABASE) }
}

function groupEnvironment(group: EnvGroup, facts: Facts): Record<string, string> {
  switch (group) {
    case 'openmeter':
      return { OPENMETER_URL: facts.openmeter.url, OPENMETER_API_KEY: facts.openmeter.apiKey }
    case 'openmeter-webhook':
      return { OPENMETER_WEBHOOK_SECRET: facts.openmeter.webhookSecret }
    case 'modern-treasury':
      return {
        MODERN_TREASURY_BASE_URL: facts.modernTreasury.baseUrl,
        MODERN_TREASURY_ORGANIZATION_ID: facts.modernTreasury.organizationId,
        MODERN_TREASURY_API_KEY: facts.modernTreasury.apiKey,
      }
    case 'modern-treasury-webhook':
      return { MODERN_TREASURY_WEBHOOK_KEY: facts.modernTreasury.webhookKey }
    case 'mirror':
      return mirrorEnvironment(facts)
    case 'gateway':
      return gatewayEnvironment(facts)
  }
}

function mirrorEnvironment({ mirror: { at, rates, auditDays } }: Facts): Record<string, string> {
  return {
    LEDGER_MIRROR: at,
    ...(rates === undefined ? {} : { LEDGER_MIRROR_RATES: rates }),
    ...(auditDays === undefined ? {} : { LEDGER_MIRROR_AUDIT_DAYS: String(auditDays) }),
  }
}

function gatewayEnvironment(facts: Facts): Record<string, string> {
  const others = facts.started.filter(({ name }) => name !== 'gateway')
  return {
    SERVICE_URLS: JSON.stringify(Object.fromEntries(others.map(({ name }) => [name, facts.url(name)]))),
    BOOTSTRAP_API_KEY: facts.bootstrapApiKey,
    ...(facts.clock === 'sandbox' ? { SANDBOX_CONTROL_SECRET: facts.sandboxControlSecret } : {}),
  }
}

/** Every login role with a password of its own: services, sandboxes, the clock's two. */
export function loginRoles(started: readonly ProcessDeclaration[]): string[] {
  const own = new Set([...services(), ...started].map(({ database }) => database.role))
  return [...own, CLOCK.role, CLOCK.reader]
}
