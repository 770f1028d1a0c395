import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { emptyDatabase } from '@draupnir/sandbox/testing'
import { OpenMeter } from '@openmeter/sdk'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'

let database: Awaited<ReturnType<typeof emptyDatabase>>
let clockDatabase: Awaited<ReturnType<typeof emptyDatabase>>

beforeAll(async () => {
  database = await emptyDatabase()
  clockDatabase = await emptyDatabase()
  const sql = postgres(clockDatabase.url, { max: 1 })
  await sql.unsafe(`
    create schema clock;
    create table clock.test_clock (now_at timestamptz(3) not null);
    insert into clock.test_clock values ('2027-03-01T00:00:00Z');
    create table clock.participants (name text, instance text, url text, registered_at timestamptz default now(), primary key (name, instance));`)
  await sql.end()
})
afterAll(async () => {
  await database.drop()
  await clockDatabase.drop()
})

test('the process takes part in the test clock while it runs, and ends on SIGTERM', async () => {
  const child = spawn(process.execPath, [new URL('./main.ts', import.meta.url).pathname], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      DATABASE_URL: database.url,
      CLOCK_DATABASE_URL: clockDatabase.url,
      OPENMETER_API_KEY: 'om_process_key',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const sql = postgres(clockDatabase.url, { max: 1 })
  try {
    const [line] = await once(createInterface({ input: child.stdout }), 'line')
    const url = String(line).split(' ').at(-1) ?? ''
    expect(await sql`select name, url from clock.participants`).toEqual([{ name: 'sandbox-openmeter', url }])
    const om = new OpenMeter({ baseUrl: url, apiKey: 'om_process_key' })
    const customer = await om.customers.create({ key: 'k', name: 'n' })
    expect(customer?.createdAt).toEqual(new Date('2027-03-01T00:00:00Z'))
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect(await sql`select 1 from clock.participants`).toHaveLength(0)
  } finally {
    child.kill('SIGKILL')
    await sql.end()
  }
})
