import { join } from 'node:path'
import { repositoryRoot } from './paths.ts'

/** What a process may be told beyond what every process is told; see docs/architecture/foundations.md. */
export type EnvGroup =
  | 'openmeter'
  | 'openmeter-webhook'
  | 'modern-treasury'
  | 'modern-treasury-webhook'
  | 'mirror'
  | 'gateway'

export interface ProcessDeclaration {
  readonly name: string
  readonly kind: 'service' | 'sandbox'
  /** Folder of the package, from the root of the repository; its entry is `src/main.ts`. */
  readonly folder: string
  readonly database: DatabaseDeclaration
  readonly env: readonly EnvGroup[]
  /** Whose failure makes this process useless; started before it. */
  readonly dependsOn: readonly string[]
}

export interface DatabaseDeclaration {
  readonly name: string
  readonly role: string
  /** A schema of the shared database, migrated by the owner role; null for a database of the role's own. */
  readonly schema: string | null
}

/** The database of the services, and the role that owns its schemas and runs their migrations. */
export const DATABASE = 'draupnir'
export const OWNER_ROLE = 'draupnir_owner'
export const HEALTH_PATH = '/readyz'
/** The schema of the shared test clock: `clock` moves it, `clock_reader` reads it. */
export const CLOCK = { schema: 'clock', role: 'clock', reader: 'clock_reader' } as const

/** Every process of the system, in the order of starting; stopped in reverse. */
export const PROCESSES: readonly ProcessDeclaration[] = [
  sandbox('openmeter', ['openmeter', 'openmeter-webhook']),
  sandbox('modern-treasury', ['modern-treasury', 'modern-treasury-webhook']),
  service('contract', []),
  service('metering-sync', ['openmeter'], ['sandbox-openmeter']),
  service('billing', ['openmeter', 'openmeter-webhook'], ['sandbox-openmeter']),
  service('ledger', ['modern-treasury', 'mirror'], ['sandbox-modern-treasury']),
  service('payout', ['modern-treasury', 'modern-treasury-webhook'], ['sandbox-modern-treasury']),
  service('device-health', []),
  service('gateway', ['gateway'], ['contract', 'metering-sync', 'billing', 'ledger', 'payout', 'device-health']),
]

/** Packages whose `migrations/` become part of every service's schema, before its own, in this order. */
export const SHARED_MIGRATIONS: readonly string[] = ['outbox', 'clock', 'http']

/** The folders of migrations of a process, in order; those that do not exist have none. */
export function migrationFolders(declaration: ProcessDeclaration): { name: string; directory: string }[] {
  const shared = SHARED_MIGRATIONS.map((name) => ({
    name,
    directory: join(repositoryRoot, 'packages', name, 'migrations'),
  }))
  return [...shared, { name: declaration.name, directory: join(repositoryRoot, declaration.folder, 'migrations') }]
}

export function processNamed(name: string): ProcessDeclaration {
  const found = PROCESSES.find((declaration) => declaration.name === name)
  if (found === undefined) throw new Error(`there is no process ${name}`)
  return found
}

export function services(): ProcessDeclaration[] {
  return PROCESSES.filter(({ kind }) => kind === 'service')
}

function service(name: string, env: readonly EnvGroup[], dependsOn: readonly string[] = []): ProcessDeclaration {
  const role = name.replaceAll('-', '_')
  return {
    name,
    kind: 'service',
    folder: `services/${name}`,
    database: { name: DATABASE, role, schema: role },
    env,
    dependsOn,
  }
}

function sandbox(provider: string, env: readonly EnvGroup[]): ProcessDeclaration {
  const role = `sandbox_${provider.replaceAll('-', '_')}`
  return {
    name: `sandbox-${provider}`,
    kind: 'sandbox',
    folder: `packages/sandbox-${provider}`,
    database: { name: role, role, schema: null },
    env,
    dependsOn: [],
  }
}
