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
    insert into clock.test_clock values ('2027-03-01T00:00:00Z');`)
  await sql.end()
})
afterAll(async () => {
  await database.drop()
  await clockDatabase.drop()
})

test('the process answers with the time of the shared clock, and ends on SIGTERM', async () => {
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
  try {
    const [line] = await once(createInterface({ input: child.stdout }), 'line')
    const url = String(line).split(' ').at(-1) ?? ''
    const om = new OpenMeter({ baseUrl: url, apiKey: 'om_process_key' })
    const customer = await om.customers.create({ key: 'k', name: 'n' })
    expect(customer?.createdAt).toEqual(new Date('2027-03-01T00:00:00Z'))
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  } finally {
    child.kill('SIGKILL')
  }
})
