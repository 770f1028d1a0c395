import { expect, it } from 'vitest'
import { environmentOf, type Facts } from './environment.ts'
import { PROCESSES, processNamed } from './topology.ts'

const facts: Facts = {
  clock: 'sandbox',
  logLevel: 'info',
  listen: () => ({ host: '127.0.0.1', port: 4000 }),
  url: (name) => `http://${name}`,
  publicUrl: 'http://public',
  databaseUrl: (role, database) => `postgres://${role}@db/${database}`,
  nats: { url: 'nats://broker', login: (user) => ({ user, password: `${user}-password` }) },
  internalAuthSecret: 'internal',
  openmeter: { url: 'http://om', apiKey: 'om-key', webhookSecret: 'om-hook' },
  mirror: { at: 'modern-treasury' },
  modernTreasury: { baseUrl: 'http://mt', organizationId: 'org', apiKey: 'mt-key', webhookKey: 'mt-hook' },
  bootstrapApiKey: 'key',
  sandboxControlSecret: 'control',
  started: PROCESSES,
  passedOn: { PATH: '/bin' },
}
const names = PROCESSES.map(({ name }) => name)
const whoGets = (value: string): string[] =>
  names.filter((name) => Object.values(environmentOf(processNamed(name), facts)).includes(value))

it('a provider’s key reaches only those who call it, and its sandbox', () => {
  expect(whoGets('om-key')).toEqual(['sandbox-openmeter', 'metering-sync', 'billing'])
  expect(whoGets('mt-key')).toEqual(['sandbox-modern-treasury', 'ledger', 'payout'])
  expect(whoGets('mt-hook')).toEqual(['sandbox-modern-treasury', 'payout'])
})

it('only the gateway may move the clock, and nobody can in production', () => {
  expect(whoGets('postgres://clock@db/draupnir')).toEqual(['gateway'])
  expect(whoGets('postgres://clock_reader@db/draupnir')).toEqual(names.filter((name) => name !== 'gateway'))
  const production = environmentOf(processNamed('gateway'), { ...facts, clock: 'system' })
  expect(Object.keys(production)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(SANDBOX_|CLOCK_DATABASE_URL)/)]),
  )
})

it('every service has a role and a broker user of its own', () => {
  const urls = names.map((name) => environmentOf(processNamed(name), facts).DATABASE_URL)
  expect(new Set(urls).size).toBe(names.length)
  expect(environmentOf(processNamed('ledger'), facts)).toMatchObject({
    NATS_USER: 'ledger',
    NATS_PASSWORD: 'ledger-password',
  })
})

it('the gateway knows where everyone else is', () => {
  const { SERVICE_URLS = '' } = environmentOf(processNamed('gateway'), facts)
  expect(Object.keys(JSON.parse(SERVICE_URLS)).sort()).toEqual(names.filter((name) => name !== 'gateway').sort())
  expect(JSON.parse(SERVICE_URLS)).toMatchObject({ 'metering-sync': 'http://metering-sync' })
})
