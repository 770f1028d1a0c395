import { parseId } from '@draupnir/ids'
import { instant } from '@draupnir/time'
import { describe, expect, it } from 'vitest'
import { genesis } from './chain.ts'
import { type Expected, Forecast } from './forecast.ts'
import type { Names } from './transaction.store.ts'
import type { Transaction } from './transaction.ts'

const AT = instant('2026-01-01T00:00:00Z')
const idOf = (n: number) => parseId('transaction', `txn_${String(n).padStart(26, '0')}`)
const recipe = 'test'

function commitOf(n: number): Expected {
  const transaction: Transaction = {
    id: idOf(n),
    recipe,
    cause: `cause-${n}`,
    reference: `reference-${n}`,
    undoes: idOf(n + 100),
    bookedAs: 'posted',
    state: 'posted',
    actor: 'key_test',
    effectiveAt: AT,
    bookedAt: AT,
    expiresAt: null,
    resolvedBy: null,
    resolvedAt: null,
    postings: [],
  }
  return { changed: [], transactions: [transaction], head: genesis(n) }
}

const NOBODY: Names = { causes: [], references: [], ids: [], undoes: [] }
const causeOf = (n: number): Names => ({ ...NOBODY, causes: [{ recipe, cause: `cause-${n}` }] })

describe('what a commit books is under way', () => {
  const [first, second] = [commitOf(1), commitOf(2)]

  it.each<[string, Names]>([
    ['its cause', causeOf(1)],
    ['its reference', { ...NOBODY, references: [{ recipe, reference: 'reference-1' }] }],
    ['its id', { ...NOBODY, ids: [idOf(1)] }],
    ['what it undoes', { ...NOBODY, undoes: [idOf(101)] }],
  ])('by %s', (_name, names) => {
    const forecast = new Forecast(0)
    expect(forecast.isUnderWay(names)).toBe(false)
    forecast.expect(first)
    expect(forecast.isUnderWay(names)).toBe(true)
    expect(forecast.isUnderWay(causeOf(2))).toBe(false)
  })

  it.each<[string, (forecast: Forecast) => void]>([
    ['is written', (forecast) => forecast.kept(first, null, false)],
    ['is not written', (forecast) => forecast.dropped(first)],
  ])('until it %s, and no longer than that', (_end, end) => {
    const forecast = new Forecast(0)
    forecast.expect(first)
    forecast.expect(second)
    end(forecast)
    expect([forecast.isUnderWay(causeOf(1)), forecast.isUnderWay(causeOf(2))]).toEqual([false, true])
  })
})
