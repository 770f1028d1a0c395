import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { natsUsers } from '@draupnir/bus'
import { durables, streams } from '@draupnir/wire'
import postgres from 'postgres'
import { expect, it } from 'vitest'
import { inFolder } from '../test/fakes.ts'
import { deployedFacts, fillIn, provisionEnvironment } from './deploy-placeholders.ts'
import { startNats } from './nats.ts'
import { startPostgres } from './postgres.ts'

const job = fileURLToPath(new URL('./provision-main.ts', import.meta.url))

it('the provisioning job of a deployment prepares an empty Postgres and nats-server, twice', () =>
  inFolder(async (folder) => {
    const server = await startPostgres({ dataDir: join(folder, 'pg'), persistent: false, settings: { fsync: 'off' } })
    const provisioner = { user: 'provisioner', password: 'secret-nats_password_provisioner' }
    const configText = natsUsers({ streams: streams(), durables: durables(), passwords: {}, provisioner })
    const broker = await startNats({ storeDir: join(folder, 'nats'), configText })
    const told = provisionEnvironment(deployedFacts('sandbox', 'elsewhere', 'http://public'), server.url)
    const env = Object.fromEntries(
      Object.entries(told).map(([key, value]) => [key, fillIn(value, (name) => `secret-${name.toLowerCase()}`)]),
    )
    for (const expected of [
      /applied billing: .*databases and streams are ready\n$/s,
      /^databases and streams are ready\n$/,
    ]) {
      const { code, output } = await runJob({ ...env, NATS_URL: broker.url })
      expect(output).toMatch(expected)
      expect(code).toBe(0)
    }
    const sql = postgres(server.url, { max: 1 })
    const names = (await sql`select datname from pg_database`).map(({ datname }) => datname)
    expect(names).toEqual(expect.arrayContaining(['draupnir', 'sandbox_openmeter', 'sandbox_modern_treasury']))
    await sql.end()
    await broker.stop()
    await server.stop()
  }))

it('the provisioning job names what it was not told', async () => {
  expect(await runJob({})).toEqual({ code: 1, output: 'ADMIN_DATABASE_URL is missing: set it and run this again\n' })
})

async function runJob(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [job], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, output }
}
