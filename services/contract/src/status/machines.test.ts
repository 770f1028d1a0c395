import { expectRefusal } from '@draupnir/testing'
import { describe, expect, it } from 'vitest'
import { BILLING_STATUS, LIFECYCLE, requireMove, SERVICE_STATUS } from './machines.ts'

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
