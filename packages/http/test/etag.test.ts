import { describe, expect, it } from 'vitest'
import { checkIfMatch, etagOf } from '../src/index.ts'

describe('If-Match', () => {
  const check = (header: string | null, version: bigint) => () =>
    checkIfMatch(new Headers(header === null ? {} : { 'if-match': header }), version)

  it.each([null, '*', '"7"', '"6", "7"'])('lets %s pass for version 7', (header) => {
    expect(check(header, 7n)).not.toThrow()
  })

  it.each(['"6"', '7', 'W/"7"', ''])('refuses %s for version 7', (header) => {
    expect(check(header, 7n)).toThrow(expect.objectContaining({ code: 'request.precondition-failed' }))
  })

  it('quotes a version', () => {
    expect(etagOf(7n)).toBe('"7"')
  })
})
