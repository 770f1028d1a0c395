import { handle } from '@draupnir/outbox'
import { SUBSCRIPTIONS } from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readConfig } from '../src/config.ts'
import type { Deps } from '../src/index.ts'
import { defineService } from '../src/index.ts'
import { createMeter } from '../src/meter.ts'

describe('defineService', () => {
  const deps = {} as Deps<unknown>
  const all = SUBSCRIPTIONS.payout.map((event) => handle(event, async () => {}))
  const build = (handlers: typeof all) => () => defineService({ name: 'payout', migrations: '/', handlers }).build(deps)

  it('takes exactly the events SUBSCRIPTIONS gives the service', () => {
    expect(build(all)().handlers).toHaveLength(SUBSCRIPTIONS.payout.length)
    expect(build(all.slice(1))).toThrow(`payout has no handler for ${SUBSCRIPTIONS.payout[0]?.type} v1`)
    expect(build([...all, ...all.slice(0, 1)])).toThrow('handles an event twice')
    const [foreign] = SUBSCRIPTIONS['metering-sync']
    expect(build([...all, ...(foreign ? [handle(foreign, async () => {})] : [])])).toThrow('does not give it')
  })

  it('builds its parts from its own settings', () => {
    const spec = defineService({
      name: 'gateway',
      migrations: '/',
      config: z.object({ LIMIT: z.coerce.number() }),
      timers: ({ config }) => Array.from({ length: config.LIMIT }, (_, n) => sweepNamed(String(n))),
    })
    expect(spec.build({ ...deps, config: { LIMIT: 2 } }).timers).toHaveLength(2)
  })
})

function sweepNamed(kind: string) {
  return { type: 'sweep', kind, everyMs: 1, run: async () => {} } as const
}

describe('the environment', () => {
  const good = {
    PORT: '7001',
    DATABASE_URL: 'postgres://a:b@localhost/c',
    NATS_URL: 'nats://localhost',
    INTERNAL_AUTH_SECRET: 'x'.repeat(16),
  }

  it('gives what is absent or empty its default', () => {
    const { shared } = readConfig({ ...good, LOG_LEVEL: '', HOST: undefined }, z.object({}))
    expect(shared).toMatchObject({ PORT: 7001, HOST: '127.0.0.1', LOG_LEVEL: 'info', CLOCK: 'system' })
  })

  it('names all that is wrong, of the service too, and no value', () => {
    const wrong = { ...good, PORT: '70000', INTERNAL_AUTH_SECRET: 'short', KEY: 'leak-me-not' }
    const read = () => readConfig(wrong, z.object({ KEY: z.url(), OTHER: z.string() }))
    expect(read).toThrow(/PORT: .*INTERNAL_AUTH_SECRET: .*KEY: .*OTHER is not set/)
    expect(read).not.toThrow(/leak-me-not|short|70000/)
  })
})

describe('the meter', () => {
  it('counts requests, not those that look or wait', async () => {
    const meter = createMeter((path) => path === '/sandbox/clock/advance')
    const gate = Promise.withResolvers<void>()
    const open = meter.around('/v1/x', () => gate.promise)
    for (const path of ['/internal/activity', '/healthz', '/readyz', '/metrics', '/sandbox/clock/advance'])
      void meter.around(path, () => gate.promise)
    expect([meter.open(), meter.counter()]).toEqual([1, 1])
    gate.resolve()
    await open
    expect([meter.open(), meter.counter()]).toEqual([0, 2])
    await expect(meter.around('/v1/x', () => Promise.reject(new Error('x')))).rejects.toThrow()
    expect(meter.open()).toBe(0)
  })
})
