import { Refusal } from '@draupnir/errors'
import { addMs, fromEpochMs, instant } from '@draupnir/time'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { deriveId, type Id, type IdKind, idPattern, isId, newEventId, newId, PREFIXES, parseId } from './index.ts'

const kinds = Object.keys(PREFIXES).filter((name): name is IdKind => Object.hasOwn(PREFIXES, name))
const kind = fc.constantFrom(...kinds)
const at = fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) }).map(fromEpochMs)

it('reads every id it makes, and matches its own pattern', () => {
  fc.assert(
    fc.property(kind, at, (its, moment) => {
      for (const id of [newId(its, moment), deriveId(its, moment)]) {
        expect(parseId(its, id)).toBe(id)
        expect(id).toMatch(new RegExp(idPattern(its)))
      }
    }),
  )
})

it('sorts by time of creation', () => {
  fc.assert(
    fc.property(at, fc.integer({ min: 1, max: 1_000_000_000 }), (moment, ms) => {
      const later = addMs(moment, 20_000 + ms)
      expect(newId('contract', moment) < newId('contract', later)).toBe(true)
      expect(newEventId(moment) < newEventId(later)).toBe(true)
    }),
  )
})

it('keeps the order of ids made in one millisecond, and never repeats one', () => {
  const moment = instant('2026-11-22T12:00:00Z')
  const made = Array.from({ length: 10_000 }, () => newId('posting', moment))
  expect([...made].sort()).toEqual(made)
  expect(new Set(made).size).toBe(made.length)
})

it('derives the same id from the same parts, for ever', () => {
  expect(deriveId('payout', 'stl_1', 'leg_2')).toBe('pyo_7025jcanr3c67j7xsd2d1yep1z')
  fc.assert(
    fc.property(kind, fc.array(fc.string()), (its, parts) => {
      expect(deriveId(its, ...parts)).toBe(deriveId(its, ...parts))
    }),
  )
})

it('derives different ids from different parts, wherever the boundary between them lies', () => {
  const parts = fc.array(fc.string({ maxLength: 3 }), { maxLength: 4 })
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      fc.pre(JSON.stringify(a) !== JSON.stringify(b))
      expect(deriveId('timer', ...a)).not.toBe(deriveId('timer', ...b))
    }),
  )
  expect(deriveId('timer', 'ab', 'c')).not.toBe(deriveId('timer', 'a', 'bc'))
})

it('takes no id of another kind', () => {
  fc.assert(
    fc.property(kind, kind, at, (a, b, moment) => {
      fc.pre(a !== b)
      expect(isId(b, newId(a, moment))).toBe(false)
      expect(() => parseId(b, newId(a, moment))).toThrow(Refusal)
    }),
  )
})

it.each([
  '',
  'ctr_',
  'ctr_8zzzzzzzzzzzzzzzzzzzzzzzzz',
  'ctr_01KAMV0000000000000000000A',
  'ctr_01kamv0000000000000000000i',
  ' ctr_01kamv0000000000000000000a',
  'ctr_01kamv0000000000000000000a\n',
])('refuses %j', (text) => {
  expect(isId('contract', text)).toBe(false)
})

it('gives every kind a prefix of its own', () => {
  expect(new Set(Object.values(PREFIXES)).size).toBe(kinds.length)
  for (const prefix of Object.values(PREFIXES)) expect(prefix).toMatch(/^[a-z]{3}$/)
})

it('does not compile with the wrong kind of id', () => {
  const pay = (id: Id<'payout'>) => id
  const invoice = newId('invoice', instant('2026-11-22T12:00:00Z'))
  // @ts-expect-error an invoice is not a payout
  pay(invoice)
  // @ts-expect-error a text is not an id, whatever it looks like
  pay('pyo_01kamv0000000000000000000a')
  expect(pay(parseId('payout', 'pyo_01kamv0000000000000000000a'))).toBe('pyo_01kamv0000000000000000000a')
})
