import { instant } from '@draupnir/time'
import { Webhook } from 'svix'
import { expect, test, vi } from 'vitest'
import { isSigningSecret, svixHeaders } from './svix.ts'

const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
const AT = instant('2026-11-01T01:00:00.900Z')

test('the receiver of the svix package accepts what we sign, and nothing altered', () => {
  vi.useFakeTimers({ now: new Date(AT) })
  try {
    const headers = svixHeaders(SECRET, 'msg_1', AT, '{"a":1}')
    expect(() => new Webhook(SECRET).verify('{"a":1}', headers)).not.toThrow()
    expect(() => new Webhook(SECRET).verify('{"a":2}', headers)).toThrow()
    expect(() => new Webhook(SECRET).verify('{"a":1}', { ...headers, 'svix-id': 'msg_2' })).toThrow()
  } finally {
    vi.useRealTimers()
  }
})

test.each([
  [SECRET, true],
  [`whsec_${Buffer.alloc(23).toString('base64')}`, false],
  [`whsec_${Buffer.alloc(65).toString('base64')}`, false],
  ['whsec_!!', false],
])('%s is a signing secret: %s', (secret, valid) => {
  expect(isSigningSecret(secret)).toBe(valid)
})
