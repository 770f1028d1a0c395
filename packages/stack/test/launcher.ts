import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { acquireLock } from '../src/lock.ts'
import { freePort } from '../src/ports.ts'
import { startPostgres } from '../src/postgres.ts'
import { supervise } from '../src/supervisor.ts'
import { fakeSpec } from './fakes.ts'

// A launcher to be killed: locks the folder, starts Postgres and two processes, and writes down who they are.
const [folder = ''] = process.argv.slice(2)
const lock = await acquireLock(folder)
const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), persistent: true })
const pids = [postgres.pid]
for (const name of ['one', 'two']) {
  const child = await supervise(await fakeSpec(name, folder, await freePort()), { print: () => {} })
  await child.firstReady()
  pids.push(child.pid)
}
lock.record(pids.slice(1))
writeFileSync(join(folder, 'pids.json'), JSON.stringify({ pids, url: postgres.url }))
setInterval(() => {}, 1_000)
