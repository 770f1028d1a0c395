import { newId } from '@draupnir/ids'
import { expectRefusal } from '@draupnir/testing'
import { instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import {
  BUYER,
  buyer,
  DEVICE,
  device,
  flatLine,
  hours,
  SELLER,
  seller,
  T0,
  terms,
  usageLine,
} from './contract.fixture.ts'
import { apply, type Decision, elapse } from './contract.ts'
import { decideActivate, decideAddLine, decideCreate, decideTerminate, type LineFacts } from './decide.ts'
import { MAX_DEVICES, MAX_LINES } from './limits.ts'

const CONTRACT = newId('contract', T0)
const LINE = newId('contractLine', T0)
const free: LineFacts = { seller, devices: [device], holders: [] }

function after(state: ContractState | null, decision: Decision | null, asOf = T0): ContractState {
  if (decision === null) throw new Error('nothing was decided')
  const seq = (state?.version ?? 0) + 1
  const edit = { ...decision, id: newId('contractEdit', T0), seq, recorded_at: asOf, actor: 'key_test' }
  const next = apply(state, edit, asOf)
  if (next === null) throw new Error('no contract')
  return next
}

const draft = after(null, decideCreate(CONTRACT, terms, buyer, T0))
const withLine = after(draft, decideAddLine(draft, LINE, usageLine({ device_ids: [DEVICE] }), free, T0))
const active = after(withLine, decideActivate(withLine, { billing_anchor: null }, T0))
const ending = after(active, decideTerminate(active, { when: 'at', at: hours(48), cause: 'moving on' }, null, T0))
const ended = elapse(ending, hours(48))

describe('create', () => {
  it('makes a draft of the terms', () => {
    expect(draft).toMatchObject({
      ...terms,
      id: CONTRACT,
      lifecycle: 'draft',
      billing_anchor: null,
      activated_at: null,
      ends_at: null,
      lines: [],
      version: 1,
    })
  })

  it('writes a rate in one way', () => {
    const decision = decideCreate(CONTRACT, { ...terms, platform_fee_rate: '0.10' }, buyer, T0)
    expect(decision.payload).toMatchObject({ platform_fee_rate: '0.1' })
  })

  it('refuses a buyer that is not onboarded', () => {
    expectRefusal(() => decideCreate(CONTRACT, terms, null, T0), 'contract.buyer-not-onboarded', { party_id: BUYER })
  })

  it('refuses a party that is no buyer', () => {
    const party = { id: BUYER, roles: ['seller'] as const }
    expectRefusal(() => decideCreate(CONTRACT, terms, party, T0), 'contract.buyer-role-missing')
  })

  it.each(['Mars/Olympus', '+02:00', ''])('refuses the time zone "%s"', (time_zone) => {
    const create = () => decideCreate(CONTRACT, { ...terms, time_zone }, buyer, T0)
    expectRefusal(create, 'contract.time-zone-unknown', { time_zone })
  })
})

describe('add_line', () => {
  const add = (state: ContractState, line = usageLine(), facts: Partial<LineFacts> = {}) =>
    decideAddLine(state, LINE, line, { ...free, ...facts }, T0)

  it('adds a line to a draft', () => {
    expect(withLine.lines).toMatchObject([{ id: LINE, ...usageLine({ device_ids: [DEVICE] }) }])
  })

  it('adds a line to an active contract, and to one whose end is announced', () => {
    expect(add(active).operation).toBe('add_line')
    expect(add(ending).operation).toBe('add_line')
  })

  it('writes numbers in one way', () => {
    const price = { type: 'flat_once', unit_price: { amount: '10.50', currency: 'USD' } } as const
    const { line } = add(draft, flatLine({ quantity: '2.00', price })).payload
    expect([line.quantity, line.price.unit_price.amount]).toEqual(['2', '10.5'])
  })

  it('refuses a line on an ended contract', () => {
    expectRefusal(() => add(ended), 'contract.ended')
  })

  it('refuses a line without an onboarded seller', () => {
    expectRefusal(() => add(draft, usageLine(), { seller: null }), 'contract.seller-not-onboarded')
  })

  it('refuses a party that is no seller', () => {
    const party = { id: SELLER, roles: ['buyer'] as const }
    expectRefusal(() => add(draft, usageLine(), { seller: party }), 'contract.seller-role-missing')
  })

  it('refuses a buyer that sells to itself', () => {
    const both = { id: BUYER, roles: ['buyer', 'seller'] as const }
    const line = usageLine({ seller_id: BUYER })
    expectRefusal(() => add(draft, line, { seller: both }), 'contract.seller-is-buyer')
  })

  it('refuses a price in another currency', () => {
    const price = { type: 'flat_once', unit_price: { amount: '1', currency: 'EUR' } } as const
    expectRefusal(() => add(draft, flatLine({ price })), 'contract.currency-mismatch')
  })

  it('refuses a quantity of zero', () => {
    expectRefusal(() => add(draft, flatLine({ quantity: '0.0' })), 'contract.quantity-not-positive')
  })

  it('refuses a quantity on a usage line', () => {
    expectRefusal(() => add(draft, usageLine({ quantity: '2' })), 'contract.usage-quantity-not-one')
  })

  it('refuses a line that costs more than money can say', () => {
    const line = flatLine({ quantity: '999999999999999' })
    expectRefusal(() => add(draft, line), 'money.invalid-amount')
  })

  const onDevice = usageLine({ device_ids: [DEVICE] })

  it('refuses an unknown device', () => {
    expectRefusal(() => add(draft, onDevice, { devices: [] }), 'contract.device-unknown', { device_id: DEVICE })
  })

  it('refuses a device of another seller', () => {
    const foreign = { ...device, seller_id: newId('party', T0) }
    expectRefusal(() => add(draft, onDevice, { devices: [foreign] }), 'contract.device-owner-differs')
  })

  it('refuses a device on another live line', () => {
    const holders = [{ device_id: DEVICE, contract_id: CONTRACT }]
    expectRefusal(() => add(draft, onDevice, { holders }), 'contract.device-assigned', { contract_id: CONTRACT })
  })

  it('refuses a device named twice', () => {
    expectRefusal(() => add(draft, usageLine({ device_ids: [DEVICE, DEVICE] })), 'contract.device-repeated')
  })

  it('refuses more lines and devices than an event can carry', () => {
    const [line] = withLine.lines
    if (line === undefined) throw new Error('no line')
    const full = { ...draft, lines: Array.from({ length: MAX_LINES }, () => line) }
    expectRefusal(() => add(full), 'contract.too-many-lines')
    const crowded = { ...draft, lines: [{ ...line, device_ids: Array.from({ length: MAX_DEVICES }, () => DEVICE) }] }
    expectRefusal(() => add(crowded, onDevice), 'contract.too-many-devices')
  })
})

describe('activate', () => {
  it('puts the contract in force now, with the anchor there unless told otherwise', () => {
    expect(active).toMatchObject({ lifecycle: 'active', activated_at: T0, billing_anchor: T0 })
  })

  it('takes an anchor in the past', () => {
    const decision = decideActivate(withLine, { billing_anchor: hours(-100) }, T0)
    expect(after(withLine, decision)).toMatchObject({ activated_at: T0, billing_anchor: hours(-100) })
  })

  it('refuses an anchor in the future', () => {
    const activate = () => decideActivate(withLine, { billing_anchor: hours(1) }, T0)
    expectRefusal(activate, 'contract.billing-anchor-in-future')
  })

  it('refuses a contract without a line', () => {
    expectRefusal(() => decideActivate(draft, { billing_anchor: null }, T0), 'contract.no-lines')
  })

  it('refuses an ended contract', () => {
    expectRefusal(() => decideActivate(ended, { billing_anchor: null }, hours(48)), 'contract.ended')
  })

  it('refuses another anchor once active', () => {
    const activate = () => decideActivate(active, { billing_anchor: hours(-1) }, hours(1))
    expectRefusal(activate, 'contract.already-active')
  })

  it('stays quiet when active already', () => {
    expect(decideActivate(active, { billing_anchor: null }, hours(1))).toBeNull()
    expect(decideActivate(active, { billing_anchor: T0 }, hours(1))).toBeNull()
  })
})

describe('terminate', () => {
  const cause = 'no longer needed'

  it('ends an active contract now', () => {
    const decision = decideTerminate(active, { when: 'now', cause }, null, hours(3))
    expect(decision).toMatchObject({ effective_at: hours(3), cause, supersedes: null })
    expect(after(active, decision, hours(3))).toMatchObject({ lifecycle: 'ended', ends_at: hours(3) })
  })

  it('ends a draft now', () => {
    expect(decideTerminate(draft, { when: 'now', cause }, null, T0)?.effective_at).toBe(T0)
  })

  it('announces an end at a date: active until then', () => {
    expect(ending).toMatchObject({ lifecycle: 'active', ends_at: hours(48) })
    expect(elapse(ending, hours(47)).lifecycle).toBe('active')
    expect(ended.lifecycle).toBe('ended')
  })

  it('ends with the billing period, counted from the anchor in the zone of the contract', () => {
    const zoned = { ...active, time_zone: 'America/New_York' }
    const decision = decideTerminate(zoned, { when: 'period_end', cause }, null, instant('2026-03-01T00:00:00Z'))
    expect(decision?.effective_at).toBe('2026-03-15T08:00:00.000Z')
  })

  it('brings an announced end forward, in place of the earlier edit', () => {
    const previous = newId('contractEdit', T0)
    const decision = decideTerminate(ending, { when: 'at', at: hours(24), cause }, previous, hours(1))
    expect(decision).toMatchObject({ effective_at: hours(24), supersedes: previous })
    expect(after(ending, decision, hours(1)).ends_at).toBe(hours(24))
  })

  it('refuses to put an announced end off', () => {
    const later = () => decideTerminate(ending, { when: 'at', at: hours(49), cause }, null, hours(1))
    expectRefusal(later, 'contract.termination-scheduled', { ends_at: hours(48) })
  })

  it('refuses an end in the past', () => {
    const past = () => decideTerminate(active, { when: 'at', at: hours(-1), cause }, null, T0)
    expectRefusal(past, 'contract.end-in-past')
  })

  it('refuses a later end for a draft', () => {
    expectRefusal(() => decideTerminate(draft, { when: 'period_end', cause }, null, T0), 'contract.not-active')
    const at = () => decideTerminate(draft, { when: 'at', at: hours(1), cause }, null, T0)
    expectRefusal(at, 'contract.not-active')
  })

  it('refuses an ended contract', () => {
    expectRefusal(() => decideTerminate(ended, { when: 'now', cause }, null, hours(50)), 'contract.ended')
  })

  it('stays quiet when it ends then already', () => {
    expect(decideTerminate(ending, { when: 'at', at: hours(48), cause }, null, hours(1))).toBeNull()
  })
})
