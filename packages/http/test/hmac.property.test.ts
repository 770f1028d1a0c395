import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hmacKey, hmacSha256 } from '../src/hmac.ts'

const text = fc.string({ unit: 'binary-ascii' })
const long = fc.string({ minLength: 60, maxLength: 200 })
const any = fc.oneof(text, long, fc.string({ unit: 'binary' }))

it('is what the library makes of the same secret and text', () => {
  fc.assert(
    fc.property(any, any, (secret, message) => {
      expect(hmacSha256(hmacKey(secret), message)).toBe(createHmac('sha256', secret).update(message).digest('hex'))
    }),
  )
})

it('is what RFC 4231 says', () => {
  const key = hmacKey('Jefe')
  const known = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
  expect(hmacSha256(key, 'what do ya want for nothing?')).toBe(known)
  expect(hmacSha256(key, 'what do ya want for nothing?')).toBe(known)
})
