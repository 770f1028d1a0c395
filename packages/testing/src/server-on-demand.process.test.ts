import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TIMER_MIGRATIONS } from '@draupnir/clock'
import postgres from 'postgres'
import { expect, it } from 'vitest'
import { serverOnDemand } from './server-on-demand.ts'
import { cloneDatabase } from './template.ts'
import { postgresUrl } from './test-database.ts'

async function names(url: string, runId: string): Promise<string[]> {
  const sql = postgres(url, { max: 1 })
  const like = `test_${runId}_%`
  const found = await sql<{ name: string }[]>`
    select datname as name from pg_database where datname like ${like}
    union all select rolname from pg_roles where rolname like ${like}`
  await sql.end()
  return found.map(({ name }) => name)
}

it('uses the server it is given and removes from it all that the run made', async () => {
  const url = await postgresUrl()
  const server = await serverOnDemand(url)
  const adminUrl = await (await fetch(server.door)).text()
  expect(adminUrl).toBe(url)
  const plan = { adminUrl, runId: server.runId, schema: 'billing', sources: [TIMER_MIGRATIONS] }
  await Promise.all([cloneDatabase(plan), cloneDatabase(plan)])
  // Two clones, their template and the role.
  expect(await names(url, server.runId)).toHaveLength(4)
  await server.stop()
  expect(await names(url, server.runId)).toEqual([])
})

it('leaves no file behind, and removes what a killed run left', async () => {
  // No process has this id: it is past the largest that Linux gives.
  const left = join(tmpdir(), 'draupnir-test-99999999-gone')
  mkdirSync(left)
  const server = await serverOnDemand(undefined)
  expect(await (await fetch(server.door)).text()).toMatch(/^postgres:/)
  expect(existsSync(left)).toBe(false)
  const own = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`draupnir-test-${process.pid}-`))
  expect(own()).toHaveLength(1)
  await server.stop()
  expect(own()).toEqual([])
})

it('starts none when nobody asks', async () => {
  const server = await serverOnDemand(undefined)
  const began = performance.now()
  await server.stop()
  expect(performance.now() - began).toBeLessThan(1_000)
})
