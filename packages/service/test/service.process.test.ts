import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newId } from '@draupnir/ids'
import { eventually, type TestBroker, testDatabase } from '@draupnir/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { migrationsOf } from '../src/index.ts'
import { type ServiceProcess, spawnService } from './process-fixture.ts'
import { call, environment, NOW, reserve, startBroker } from './service-fixture.ts'
import { tinyLedger } from './tiny/services.ts'

const data = await testDatabase({ schema: 'ledger', sources: migrationsOf(tinyLedger) })
const empty = await testDatabase({ schema: 'ledger', sources: [] })

describe('a service as a process', () => {
  let broker: TestBroker
  const started: ServiceProcess[] = []

  beforeAll(async () => {
    broker = await startBroker()
  })

  afterEach(async () => {
    for (const { child, ended } of started.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    }
  })

  afterAll(async () => {
    await broker.stop()
  })

  const spawn = (change: Readonly<Record<string, string>> = {}): ServiceProcess => {
    const service = spawnService({ ...environment(data.url, broker.url), ...change })
    started.push(service)
    return service
  }
  const connections = async () => {
    const [row] = await data.owner.sql<{ count: number }[]>`
      select count(*)::int as count from pg_stat_activity
      where datname = current_database() and application_name in ('ledger', 'ledger-locks')`
    return row?.count
  }

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'on %s answers what is under way, takes nothing new, and leaves nothing',
    async (signal) => {
      const service = spawn()
      const url = await service.url()
      expect((await fetch(`${url}/readyz`)).status).toBe(200)
      const slow = call(url, '/v1/slow?seconds=0.5')
      await eventually(async () => {
        const report = await (await call(url, '/internal/activity')).json()
        expect(report).toMatchObject({ busy: [{ what: 'requests', count: 1 }] })
      })
      service.child.kill(signal)
      await eventually(async () => expect(fetch(`${url}/healthz`)).rejects.toThrow())
      expect(await (await slow).json()).toEqual({ done: true })
      expect(await service.ended).toEqual({ code: 0, signal: null })
      expect(service.stderr()).toBe('')
      await eventually(async () => expect(await connections()).toBe(0))
    },
  )

  it('stops at once on a second signal', async () => {
    const service = spawn()
    const url = await service.url()
    const slow = call(url, '/v1/slow?seconds=9').catch(() => null)
    await eventually(async () => {
      const report = await (await call(url, '/internal/activity')).json()
      expect(report).toMatchObject({ busy: [{ what: 'requests' }] })
    })
    service.child.kill('SIGTERM')
    await eventually(async () => expect(fetch(`${url}/healthz`)).rejects.toThrow())
    service.child.kill('SIGTERM')
    expect(await service.ended).toEqual({ code: 1, signal: null })
    expect(service.stderr()).toBe('ledger: SIGTERM again: stopped at once\n')
    await slow
  })

  it('stops when its launcher is gone', async () => {
    const service = spawn({ LAUNCHER_PIPE: 'stdin' })
    await service.url()
    service.child.stdin.end()
    expect(await service.ended).toEqual({ code: 0, signal: null })
  })

  it('applies a request once that was committed but never answered', async () => {
    const id = newId('payout', NOW)
    const dying = spawn({ DRAUPNIR_CRASH_POINTS: '1', CRASH_AT: 'after-commit-before-answer' })
    await expect(reserve(await dying.url(), id, 'k1')).rejects.toThrow()
    expect((await dying.ended).signal).toBe('SIGKILL')
    const again = await reserve(await spawn().url(), id, 'k1')
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
    expect(await data.db.sql`select 1 from effects where note = ${id}`).toHaveLength(1)
    expect(await data.db.sql`select 1 from outbox where aggregate_id = ${id}`).toHaveLength(1)
  })

  describe('that cannot start says why in one line and exits with 1', () => {
    const lineOf = async (change: Readonly<Record<string, string>>) => {
      const service = spawn({ START_TIMEOUT_MS: '500', ...change })
      expect(await service.ended).toEqual({ code: 1, signal: null })
      expect(service.stderr().split('\n')).toHaveLength(2)
      return service.stderr()
    }

    it('a wrong environment, naming every variable and no value', async () => {
      const line = await lineOf({ PORT: 'http', DATABASE_URL: '', GREETING: 'x', CLOCK: 'sandbox' })
      expect(line).toMatch(/^ledger: cannot start: wrong environment: /)
      for (const name of ['PORT', 'DATABASE_URL is not set', 'GREETING']) expect(line).toContain(name)
    })

    it('a sandbox without its clock', async () => {
      expect(await lineOf({ CLOCK: 'sandbox' })).toContain('CLOCK_DATABASE_URL: is required with CLOCK=sandbox')
    })

    it('a password Postgres does not accept', async () => {
      const url = new URL(data.url)
      url.password = 'not-this-one'
      const line = await lineOf({ DATABASE_URL: url.toString() })
      expect(line).toContain(`Postgres at ${url.host} does not let us in: password authentication failed`)
      expect(line).not.toContain('not-this-one')
    })

    it('a Postgres that is not there', async () => {
      expect(await lineOf({ DATABASE_URL: 'postgres://x:y@127.0.0.1:1/z' })).toContain('Postgres at 127.0.0.1:1')
    })

    it('a NATS that is not there', async () => {
      expect(await lineOf({ NATS_URL: 'nats://127.0.0.1:1' })).toContain('NATS at 127.0.0.1:1 does not let us in')
    })

    it('a database that was not migrated', async () => {
      expect(await lineOf({ DATABASE_URL: empty.url })).toContain('migrations are missing: outbox/0001-')
    })

    it('a port in use', async () => {
      const other = createServer()
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
      const { port } = other.address() as AddressInfo
      expect(await lineOf({ PORT: String(port) })).toBe(`ledger: cannot start: port ${port} of 127.0.0.1 is in use\n`)
      await new Promise((resolve) => other.close(resolve))
    })
  })

  describe('with somebody listening', () => {
    it('sends traces to the collector, and defects to Sentry, without what the caller sent', async () => {
      const received: { path: string; text: string }[] = []
      const collector = createServer((request, response) => {
        const chunks: Buffer[] = []
        request.on('data', (chunk: Buffer) => chunks.push(chunk))
        request.on('end', () => {
          received.push({ path: request.url ?? '', text: Buffer.concat(chunks).toString() })
          response.setHeader('content-type', 'application/json').end('{}')
        })
      })
      await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
      const { port } = collector.address() as AddressInfo
      const service = spawn({
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        SENTRY_DSN: `http://public@127.0.0.1:${port}/7`,
      })
      const url = await service.url()
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
      const id = newId('payout', NOW)
      await reserve(url, id, 'k2', { traceparent })
      expect((await call(url, '/v1/broken', { headers: { authorization: 'Bearer of-the-caller' } })).status).toBe(500)
      const [row] = await data.db.sql<
        { traceparent: string }[]
      >`select traceparent from outbox where aggregate_id = ${id}`
      expect(row?.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/)
      service.child.kill('SIGTERM')
      expect((await service.ended).code).toBe(0)
      const traces = received.filter(({ path }) => path === '/v1/traces').map(({ text }) => text)
      expect(traces.join('')).toContain('POST /v1/payouts/{payout_id}/reserve')
      expect(traces.join('')).toContain('0af7651916cd43dd8448eb211c80319c')
      expect(traces.join('')).toContain('relay publish')
      const reports = received
        .filter(({ path }) => path.includes('/7/'))
        .map(({ text }) => text)
        .join('')
      expect(reports).toContain('broken inside')
      expect(reports).toContain('/v1/broken')
      expect(reports).not.toContain('of-the-caller')
      await new Promise((resolve) => collector.close(resolve))
    })
  })
})
