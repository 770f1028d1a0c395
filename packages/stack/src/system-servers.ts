import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type NatsLogin, natsUsers } from '@draupnir/bus'
import { durables, streams } from '@draupnir/wire'
import type { Facts } from './environment.ts'
import { StackFailure } from './failure.ts'
import { type Infrastructure, keepRunning } from './infrastructure.ts'
import { type Nats, startNats } from './nats.ts'
import { freePort, isListening } from './ports.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { provisionDatabases, provisionStreams } from './provision.ts'
import type { Secrets } from './secrets.ts'
import type { SystemOptions } from './system.ts'
import { type ProcessDeclaration, services } from './topology.ts'

/** Both clients would wait for ever for a server that is not there. */
export async function refuseUnreachable(name: string, url: string | undefined, usualPort: number): Promise<void> {
  if (url === undefined) return
  const { hostname, port } = new URL(url)
  if (await isListening(Number(port || usualPort), hostname, 5_000)) return
  throw new StackFailure(`Nothing answers at ${hostname}:${port || usualPort} (${name}): start it, or unset ${name}`)
}

/** Ours, on the same port each time. */
export async function ownPostgres(
  options: SystemOptions,
  dataDir: string,
  secrets: Secrets,
  print: (line: string) => void,
): Promise<Infrastructure<Postgres>> {
  const began = performance.now()
  const folder = join(dataDir, 'postgres')
  if (!existsSync(folder)) print('Setting up Postgres 18 …')
  const port = await freePort(Number(secrets.get('port:postgres', () => '0')) || undefined)
  secrets.set('port:postgres', String(port))
  const settings = options.postgresSettings ?? {}
  const kept = await keepRunning({
    name: 'Postgres',
    start: () => startPostgres({ dataDir: folder, port, persistent: true, settings }),
    print,
  })
  print(`Postgres 18 is ready (${seconds(began)})`)
  return kept
}

/** Ours, with a user per service. */
export async function ownNats(
  options: SystemOptions,
  storeDir: string,
  secrets: Secrets,
  print: (line: string) => void,
): Promise<Infrastructure<Nats>> {
  const began = performance.now()
  const port = await freePort(Number(secrets.get('port:nats', () => '0')) || undefined)
  secrets.set('port:nats', String(port))
  const provisioner = { user: 'provisioner', password: secrets.get('nats:provisioner') }
  const passwords = Object.fromEntries(services().map(({ name }) => [name, secrets.get(`nats:${name}`)]))
  const configText = natsUsers({ streams: streams(), durables: durables(), passwords, provisioner })
  const syncInterval = options.natsSyncInterval
  const kept = await keepRunning({
    name: 'nats-server',
    start: () => startNats({ storeDir, port, configText, ...(syncInterval === undefined ? {} : { syncInterval }) }),
    // Its store may be gone: the relays republish what is missing once the streams are there.
    restarted: ({ url }) => provisionStreams(url, provisioner),
    print,
  })
  print(`nats-server is ready (${seconds(began)})`)
  return kept
}

/** Roles, schemas, migrations, streams and durables. */
export async function provisionEverything(
  adminUrl: string,
  secrets: Secrets,
  started: readonly ProcessDeclaration[],
  facts: Facts,
  provisioner: NatsLogin | null,
  print: (line: string) => void,
): Promise<void> {
  const began = performance.now()
  const sandboxes = started.filter(({ kind }) => kind === 'sandbox')
  const password = (role: string) => secrets.get(`password:${role}`)
  const [applied] = await Promise.all([
    provisionDatabases({ adminUrl, password, sandboxes, clock: facts.clock }).catch(
      asFailure('The database could not be prepared'),
    ),
    provisionStreams(facts.nats.url, provisioner),
  ])
  print(`Databases and streams are ready (${applied.length} migrations applied, ${seconds(began)})`)
}

function asFailure(what: string): (error: unknown) => never {
  return (error) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StackFailure(`${what} (${reason}): correct it, or begin anew with npm start -- --fresh`, { cause: error })
  }
}

/** Since `began`, for people. */
export function seconds(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`
}
