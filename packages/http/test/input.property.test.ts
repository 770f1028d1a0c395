import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fingerprintOf } from '../src/fingerprint.ts'
import { cursorOf, requestIdOf } from '../src/index.ts'
import { findUnstorable } from '../src/storable.ts'

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, shuffled(inner)]),
  )
}

describe('what comes from outside', () => {
  it('has the same fingerprint whatever the order of its fields', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => fingerprintOf('k', value) === fingerprintOf('k', shuffled(value))))
  })

  it('has another fingerprint when anything else differs', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(shuffled(b)) && JSON.stringify(a) !== JSON.stringify(b))
        return fingerprintOf('k', [a, 1]) !== fingerprintOf('k', [b, '1'])
      }),
    )
  })

  it('comes back from a cursor as it went in', () => {
    const cursor = cursorOf(z.tuple([z.string(), z.int()]))
    fc.assert(
      fc.property(fc.string(), fc.maxSafeInteger(), (text, number) => {
        expect(cursor.decode(cursor.encode([text, number]))).toEqual([text, number])
      }),
    )
  })

  it('is refused as a cursor when we did not write it, and never breaks us', () => {
    const cursor = cursorOf(z.tuple([z.string(), z.int()]))
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => cursor.decode(text)).toThrow(expect.objectContaining({ code: 'request.invalid' }))
      }),
    )
  })

  it('is storable exactly when it has no NUL, no half surrogate and no number beyond exact doubles', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.double(), (text, number) => {
        const sound = text.isWellFormed() && !text.includes('\0')
        expect(findUnstorable({ a: [text] }, 'body') === null).toBe(sound)
        expect(findUnstorable(number, 'body') === null).toBe(Math.abs(number) <= Number.MAX_SAFE_INTEGER)
      }),
    )
    expect(findUnstorable({ a: ['x\ud800'] }, 'body')).toMatchObject({ path: 'body.a.0' })
  })

  it('keeps a request id only when it is safe to write anywhere', () => {
    fc.assert(fc.property(fc.string(), (text) => /^[A-Za-z0-9_.:-]{8,128}$/.test(requestIdOf(text))))
    expect(requestIdOf('req_of_the_caller')).toBe('req_of_the_caller')
  })
})
