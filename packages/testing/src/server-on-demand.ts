import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@draupnir/stack'
import postgres from 'postgres'

export interface ServerOnDemand {
  readonly door: string
  readonly runId: string
  readonly stop: () => Promise<void>
}

interface Running {
  readonly url: string
  readonly stop: () => Promise<void>
}

const PREFIX = 'draupnir-test-'
// Safe for tests only: nothing here needs to survive a power cut.
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '128MB' }

/** A loopback address that starts Postgres on the first question, so that pure tests pay nothing. */
export async function serverOnDemand(givenUrl: string | undefined): Promise<ServerOnDemand> {
  const runId = randomBytes(4).toString('hex')
  let running: Promise<Running> | undefined
  const start = () => {
    running ??= givenUrl === undefined ? startOwn() : Promise.resolve(useGiven(givenUrl, runId))
    return running
  }
  const door = createServer((_request, response) => {
    start().then(
      ({ url }) => response.end(url),
      (error) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  const { port } = door.address() as AddressInfo
  return {
    door: `http://127.0.0.1:${port}`,
    runId,
    stop: async () => {
      door.closeAllConnections()
      await new Promise((resolve) => door.close(resolve))
      await running?.then(({ stop }) => stop())
    },
  }
}

async function startOwn(): Promise<Running> {
  removeLeftovers()
  const dataDir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
  try {
    return await startPostgres({ dataDir, persistent: false, settings: FAST })
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true })
    throw error
  }
}

/** A run that was killed could not clean up: the next one does. Its Postgres ended with it. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1])
    if (pid > 0 && !isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Somebody else's process is alive too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function useGiven(url: string, runId: string): Running {
  return { url, stop: () => dropRun(url, runId) }
}

async function dropRun(url: string, runId: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  const prefix = `test_${runId}_%`
  const databases = await sql<{ name: string }[]>`select datname as name from pg_database where datname like ${prefix}`
  for (const { name } of databases) await sql`drop database ${sql(name)} with (force)`
  const roles = await sql<{ name: string }[]>`select rolname as name from pg_roles where rolname like ${prefix}`
  for (const { name } of roles) await sql`drop role ${sql(name)}`
  await sql.end()
}
