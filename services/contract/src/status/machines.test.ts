import { Refusal } from '@draupnir/errors'
import { expectRefusal } from '@draupnir/testing'
import type { BillingStatus } from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import {
  activateOf,
  addLineOf,
  type Book,
  create,
  day,
  flat,
  lineOf,
  openBook,
  RESUME,
  SUSPEND,
  TERMINATE,
} from '../contract/book.fixture.ts'
import type { Operation } from '../contract/operation.ts'
import { BILLING_STATUS, LIFECYCLE, requireMove, SERVICE_STATUS } from './machines.ts'
import type { ServiceStatus } from './status.ts'

const machines = { lifecycle: LIFECYCLE, service_status: SERVICE_STATUS, billing_status: BILLING_STATUS }

describe.each(Object.entries(machines))('%s', (machine, moves: Readonly<Record<string, readonly string[]>>) => {
  it('allows the moves of its table and refuses every other', () => {
    let legal = 0
    for (const from of Object.keys(moves))
      for (const to of Object.keys(moves)) {
        if (moves[from]?.includes(to)) {
          requireMove(machine, moves, from, to)
          legal += 1
        } else {
          const move = () => requireMove(machine, moves, from, to)
          expectRefusal(move, 'contract.status-transition-illegal', { machine, from, to })
        }
      }
    expect(legal).toBeGreaterThan(0)
  })

  it('moves only between statuses it knows, and to itself never', () => {
    for (const [from, to] of Object.entries(moves)) {
      expect(Object.keys(moves)).toEqual(expect.arrayContaining([...to]))
      expect(to).not.toContain(from)
    }
  })
})

it('ends for good: lifecycle and service have a last status, and nothing comes back to a draft', () => {
  expect(LIFECYCLE.ended).toEqual([])
  expect(SERVICE_STATUS.decommissioned).toEqual([])
  expect(Object.values(LIFECYCLE).flat()).not.toContain('draft')
})

it('serves in any way after any other, until it is over', () => {
  const served = Object.keys(SERVICE_STATUS).filter((status) => status !== 'decommissioned')
  for (const from of served)
    expect([...SERVICE_STATUS[from as ServiceStatus]].sort()).toEqual(
      Object.keys(SERVICE_STATUS)
        .filter((to) => to !== from)
        .sort(),
    )
})

it('lets billing say what can have happened to invoices', () => {
  const after = (to: BillingStatus) => Object.keys(BILLING_STATUS).filter((from) => leadsTo(from, to))
  const leadsTo = (from: string, to: BillingStatus) => BILLING_STATUS[from as BillingStatus].includes(to)
  // Who is delinquent was past due, and everybody may pay all.
  expect(after('delinquent')).toEqual(['past_due'])
  expect(after('settled')).toEqual(['none', 'current', 'due', 'past_due', 'delinquent'])
  expect(after('current')).toEqual(['none', 'due', 'past_due', 'delinquent', 'settled'])
  expect(after('due')).toEqual(['none', 'current', 'past_due', 'delinquent', 'settled'])
  expect(after('past_due')).toEqual(['none', 'current', 'due', 'delinquent', 'settled'])
  // An invoice was voided before anything was paid.
  expect(after('none')).toEqual(['due', 'past_due'])
})

describe('the rules of the operations', () => {
  const [BEGUN, THEN] = [day('2026-01-01'), day('2026-02-01')]
  const trial: Operation = { operation: 'start_trial', payload: { ends_at: day('2026-06-01'), on_end: 'expire' } }
  const renew: Operation = { operation: 'renew', payload: { term: 'P1M', uplift_rate: '0' } }
  const life: readonly Operation[] = [trial, activateOf(BEGUN), SUSPEND, RESUME, TERMINATE, renew]
  const ways: Readonly<Record<keyof typeof LIFECYCLE, readonly Operation[]>> = {
    draft: [],
    trialing: [trial],
    active: [activateOf(BEGUN)],
    suspended: [activateOf(BEGUN), SUSPEND],
    ended: [TERMINATE],
  }

  function drafted(): Book {
    const book = openBook()
    book.record(create({ term: 'P1M' }), BEGUN)
    book.record(addLineOf(lineOf(flat('100'))), BEGUN)
    return book
  }

  it.each(Object.entries(ways))('lead from %s to where its machine says, and nowhere else', (from, way) => {
    const to = life.flatMap((operation) => {
      const book = drafted()
      for (const step of way) book.record(step, BEGUN)
      const before = book.stateAt(THEN)?.lifecycle
      expect(before).toBe(from)
      const after = lifecycleAfter(book, operation)
      return after === undefined || after === before ? [] : [after]
    })
    expect([...new Set(to)].sort()).toEqual([...LIFECYCLE[from as keyof typeof LIFECYCLE]].sort())
  })

  function lifecycleAfter(book: Book, operation: Operation) {
    try {
      book.record(operation, THEN)
    } catch (error) {
      if (error instanceof Refusal) return undefined
      throw error
    }
    return book.stateAt(THEN)?.lifecycle
  }
})
