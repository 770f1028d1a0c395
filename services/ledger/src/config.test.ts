import { expect, it } from 'vitest'
import { config } from './config.ts'
import { mirrorOf, mirrorTimers } from './mirror/mirror-of.ts'

const credentials = { MODERN_TREASURY_ORGANIZATION_ID: 'org', MODERN_TREASURY_API_KEY: 'key' }

it('mirrors to Modern Treasury unless it is told to mirror nowhere', () => {
  const settings = config.parse(credentials)
  expect(mirrorOf(settings)).not.toBeNull()
  expect(mirrorOf(settings)).toBe(mirrorOf(settings))
  expect(mirrorTimers(settings).map(({ kind }) => kind)).toEqual([
    'ledger.mirror',
    'ledger.audit-mirrors',
    'ledger.audit-mirror',
  ])
  const none = config.parse({ LEDGER_MIRROR: 'none' })
  expect(mirrorOf(none)).toBeNull()
  expect(mirrorTimers(none)).toEqual([])
})

it('reads how fast it may be', () => {
  expect(config.parse(credentials).LEDGER_MIRROR_RATES).toEqual({ call: 60, list: 10, bulk: 0.5 })
  expect(config.parse({ ...credentials, LEDGER_MIRROR_RATES: '20/4/0.8' }).LEDGER_MIRROR_RATES).toEqual({
    call: 20,
    list: 4,
    bulk: 0.8,
  })
})

it.each([
  [{}, 'LEDGER_MIRROR=none'],
  [{ MODERN_TREASURY_API_KEY: 'key' }, 'LEDGER_MIRROR=none'],
  [{ ...credentials, LEDGER_MIRROR_RATES: 'fast' }, 'calls/lists/bulk'],
  [{ ...credentials, LEDGER_MIRROR: 'elsewhere' }, 'LEDGER_MIRROR'],
])('refuses %j', (env, words) => {
  expect(() => config.parse(env)).toThrow(words)
})
