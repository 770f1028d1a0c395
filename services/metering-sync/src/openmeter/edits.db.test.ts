import { emitted } from '@draupnir/testing'
import { addMs, HOUR_MS, type Instant } from '@draupnir/time'
import { type ContractLine, type ContractState, ContractSyncFailed } from '@draupnir/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { followContract } from '../mirror/follow-contract.ts'
import { bucketOf, contractOf, feeLine, flatLine, meteringService, T0, usageLine } from '../service.fixture.ts'

const service = await meteringService()
const { db, owner, om, harness, at, work, audit, follow, fault, subscriptions, sumOf, syncOf, usage } = service

const WEEK_H = 7 * 24
let start: Instant = T0
beforeEach(async () => {
  start = addMs(start, 5 * WEEK_H * HOUR_MS)
  await at(start)
})

const begun: ContractState['id'][] = []
// What runs on would bill every week of every test that follows.
afterEach(async () => {
  await harness.control('DELETE', '/faults')
  for (const id of begun.splice(0))
    for (const { id: running, status } of await subscriptions(id))
      if (status === 'active') await om.subscriptions.cancel(running, { timing: 'immediate' })
})

/** A weekly contract that begins now: a fee of 7000 cents is 1000 a day. */
const beginning = (...lines: ContractLine[]) => {
  const contract = contractOf(lines, { activated_at: start, billing_anchor: start, cadence: 'P1W' })
  begun.push(contract.id)
  return contract
}
const day = (count: number): Instant => addMs(start, count * 24 * HOUR_MS)
const changed = (contract: ContractState, over: Partial<ContractState>): ContractState => ({
  ...contract,
  ...over,
  version: contract.version + 1,
})
const priced = (line: ContractLine, amount: string): ContractLine => ({
  ...line,
  price: { ...line.price, unit_price: { amount, currency: 'USD' } },
})
const suspended = (contract: ContractState) => changed(contract, { lifecycle: 'suspended', suspended_at: day(0) })
const resumed = (contract: ContractState) => changed(contract, { lifecycle: 'active', suspended_at: null })
const items = async ({ id }: ContractState) =>
  (await subscriptions(id))
    .filter(({ status }) => status !== 'inactive')
    .flatMap(({ phases }) => phases.flatMap((phase) => phase.items))
const invoiced = async () => {
  await at(day(7))
  await at(addMs(day(7), 2 * HOUR_MS))
}

describe('an edit in the middle of a period is billed to the cent', () => {
  it.each<[string, (line: ContractLine) => ContractLine, number]>([
    ['a price', (line) => priced(line, '14000'), 2000 + 10000],
    ['a quantity', (line) => ({ ...line, quantity: '3' }), 2000 + 15000],
    ['a quantity of nothing', (line) => ({ ...line, quantity: '0' }), 2000],
    // 5000 less 12.5 % is 4375.
    ['a discount', (line) => ({ ...line, discount_rate: '0.125' }), 2000 + 4375],
  ])('%s', async (_, edit, cents) => {
    const line = flatLine('7000')
    const contract = await follow(beginning(line))
    await at(day(2))
    await follow(changed(contract, { lines: [edit(line)] }))
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'synced' })
    await invoiced()
    expect(await sumOf(contract)).toBe(cents)
  })

  it('a line that is removed', async () => {
    const [first, second] = [flatLine('7000'), flatLine('1400')]
    const contract = await follow(beginning(first, second))
    await at(day(3))
    await follow(changed(contract, { lines: [first] }))
    expect((await items(contract)).map(({ key }) => key)).toEqual([first.id])
    await invoiced()
    expect([await sumOf(contract), await sumOf(contract, second)]).toEqual([7000, 600])
  })

  it('tiers of usage, and other tiers', async () => {
    const usd = (amount: string) => ({ amount, currency: 'USD' as const })
    const tiered = (beyond: string, up_to = '10'): ContractLine['price'] => ({
      type: 'usage',
      unit: 'gpu_hour',
      unit_price: usd(beyond),
      tiers: [{ up_to, unit_price: usd('300') }],
    })
    const line = { ...usageLine(), price: tiered('200') }
    const contract = await follow(beginning(line))
    await usage(contract, [bucketOf(addMs(start, HOUR_MS), 12 * 3600)])
    await work()
    await at(day(2))
    await follow(changed(contract, { lines: [{ ...line, price: tiered('100', '4'), discount_rate: '0.5' }] }))
    await usage(contract, [bucketOf(day(3), 6 * 3600)])
    await work()
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'synced' })
    await invoiced()
    // 10 at 3.00 and 2 at 2.00; then half of 4 at 3.00 and 2 at 1.00.
    expect(await sumOf(contract)).toBe(3400 + 700)
  })
})

describe('a suspension', () => {
  it('around the end of a period bills nothing meanwhile, and no one-time fee again', async () => {
    const [fee, once] = [flatLine('7000'), feeLine('500')]
    const contract = await follow(beginning(fee, once))
    await at(day(5))
    const rests = await follow(suspended(contract))
    expect((await items(contract)).map(({ key }) => key)).toEqual([once.id])
    await at(day(9))
    await follow(resumed(rests))
    await at(day(14))
    await at(day(15))
    expect(await subscriptions(contract.id)).toHaveLength(1)
    expect([await sumOf(contract), await sumOf(contract, once)]).toEqual([5000 + 5000, 500])
  })

  it('counts usage of the hour in which it goes on', async () => {
    const contract = await follow(beginning(usageLine('200')))
    await at(day(1))
    const rests = await follow(suspended(contract))
    await at(addMs(day(2), HOUR_MS / 2))
    await follow(resumed(rests))
    await usage(contract, [bucketOf(day(2), 1800)])
    await work()
    await invoiced()
    expect(await sumOf(contract)).toBe(100)
  })
})

describe('an end', () => {
  it('with the period is undone', async () => {
    const contract = await follow(beginning(flatLine('7000')))
    const ending = await follow(changed(contract, { ends_at: day(7) }))
    await at(day(3))
    await follow(changed(ending, { ends_at: null }))
    expect(await subscriptions(contract.id)).toMatchObject([{ status: 'active' }])
    await at(day(14))
    await at(day(15))
    expect(await sumOf(contract)).toBe(14000)
  })

  it('that was voided after it came goes on as a second subscription, without the fees that were billed', async () => {
    const [fee, once] = [flatLine('7000'), feeLine('500')]
    const contract = await follow(beginning(fee, once))
    await at(day(2))
    const ended = await follow(changed(contract, { ends_at: day(2), lifecycle: 'ended' }))
    await at(day(4))
    await follow(changed(ended, { ends_at: null, lifecycle: 'active' }))
    await invoiced()
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'synced' })
    expect([await sumOf(contract), await sumOf(contract, once)]).toEqual([2000 + 3000, 500])
  })
})

describe('OpenMeter that was away', () => {
  it('for ten edits has one subscription with the right items, and what was agreed meanwhile is billed', async () => {
    const [first, second, third] = [flatLine('7000'), flatLine('1400'), usageLine('200')]
    const contract = beginning(first)
    await fault('error', {}, { status: 503, remaining: 1000 })
    const steps: [number, (now: ContractState) => ContractState][] = [
      [0, (now) => now],
      [0.25, (now) => changed(now, { lines: [first, second] })],
      [0.5, (now) => changed(now, { lines: [...now.lines, third] })],
      [1, (now) => changed(now, { lines: [priced(first, '14000'), second, third] })],
      [1.5, (now) => changed(now, { lines: [now.lines[0] ?? first, { ...second, discount_rate: '0.5' }, third] })],
      [2, suspended],
      [3, resumed],
      [3.25, (now) => changed(now, { lines: now.lines.filter(({ id }) => id !== second.id) })],
      [3.5, (now) => changed(now, { buyer_id: first.seller_id })],
      [3.75, (now) => changed(now, { ends_at: day(14) })],
      [4, (now) => changed(now, { ends_at: null })],
    ]
    let state = contract
    for (const [when, edit] of steps) {
      await at(day(when))
      state = edit(state)
      await followContract(service.ctx, state, day(when))
      await work()
    }
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'retrying', synced_version: 0 })
    await harness.control('DELETE', '/faults')
    await at(day(5))
    await work()
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'synced', synced_version: state.version })
    expect(await subscriptions(contract.id)).toHaveLength(1)
    expect((await items(contract)).map(({ key }) => key)).toEqual([first.id, `u_${third.id}`])
    await invoiced()
    // A day at 10.00, one at 20.00, four at 20.00; 1.25 days at 2.00, half a day and a quarter at 1.00.
    expect([await sumOf(contract), await sumOf(contract, second)]).toEqual([1000 + 2000 + 8000, 250 + 75])
  })
})

describe('a renewal', () => {
  it('with an uplift bills the old price up to the boundary and the new one from it on', async () => {
    const line = flatLine('7000')
    const contract = await follow(beginning(line))
    await at(day(7))
    await follow(changed(contract, { lines: [priced(line, '7210')] }))
    await at(day(14))
    await at(day(15))
    const lines = (await service.billed(contract.id)).filter(({ pending }) => !pending)
    expect(lines.map(({ cents, period }) => [cents, period.from.toISOString(), period.to.toISOString()])).toEqual([
      [7000, start, day(7)],
      [7210, day(7), day(14)],
    ])
  })
})

describe('an edit recorded ahead', () => {
  it('changes nothing in OpenMeter until it begins', async () => {
    const line = flatLine('7000')
    const contract = await follow(beginning(line))
    const versions = async () =>
      (await subscriptions(contract.id)).flatMap(({ phases }) =>
        phases.flatMap((one) => one.itemTimelines[line.id] ?? []),
      )
    await at(day(1))
    const told = await follow(changed(contract, {}))
    expect(await versions()).toHaveLength(1)
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'synced', synced_version: told.version })
    await at(day(2))
    await follow(changed(told, { lines: [priced(line, '14000')] }))
    expect(await versions()).toHaveLength(2)
    await invoiced()
    expect(await sumOf(contract)).toBe(2000 + 10_000)
  })
})

describe('a one-time fee', () => {
  it('of a line that came and went while OpenMeter was away is not billed again when the line is restored', async () => {
    const [fee, once] = [flatLine('7000'), feeLine('500')]
    const contract = beginning(fee, once)
    await fault('error', {}, { status: 503, remaining: 1000 })
    await followContract(service.ctx, contract, start)
    const without = changed(contract, { lines: [fee] })
    await at(day(1))
    await followContract(service.ctx, without, day(1))
    await harness.control('DELETE', '/faults')
    // OpenMeter takes the fee, and nobody hears that it did.
    await fault('timeout_after', { method: 'POST', path_prefix: '/api/v1/billing/customers' })
    await work()
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'retrying' })
    await at(day(2))
    await follow(changed(without, { lines: [fee, once] }))
    await follow(changed(without, { lines: [fee, once], net_days: 9, version: contract.version + 3 }))
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'synced' })
    await audit()
    await invoiced()
    expect([await sumOf(contract), await sumOf(contract, once)]).toEqual([7000, 500])
  })
})

describe('what cannot be followed', () => {
  it.each([{ cadence: 'P1M' as const }, { currency: 'EUR' as const }])('is said: %j', async (over) => {
    const contract = await follow(beginning(flatLine('7000')))
    await follow(changed(contract, over))
    const sync = await syncOf(contract)
    expect(sync).toMatchObject({ sync_state: 'retrying', synced_version: 3 })
    expect(sync.last_error).toMatch(/currency, cadence or anchor of a running subscription cannot be changed/)
  })
})

describe('what was agreed for the past', () => {
  it('is billed by the mirror from when it was agreed; the rest, one-time fees with it, is a correction', async () => {
    const first = flatLine('7000')
    const contract = await follow(beginning(first))
    await at(day(3))
    const [late, once] = [flatLine('1400', { added_at: day(1) }), { ...feeLine(), added_at: day(1) }]
    await follow(changed(contract, { lines: [first, late, once] }))
    await invoiced()
    expect([await sumOf(contract, late), await sumOf(contract, once)]).toEqual([800, 0])
  })
})

describe('the audit', () => {
  // It would mend what the tests before have left behind.
  beforeEach(() => owner.sql`delete from metering_sync.mirrors`)

  it('finds what was changed by hand, tells of it and repairs it', async () => {
    const line = flatLine('7000')
    const contract = await follow(beginning(line))
    const [subscription] = await subscriptions(contract.id)
    await om.subscriptions.edit(subscription?.id ?? '', {
      timing: 'immediate',
      customizations: [{ op: 'remove_item', phaseKey: 'main', itemKey: line.id }],
    })
    await at(day(2))
    await audit()
    const told = (await emitted(db, ContractSyncFailed)).filter(({ data }) => data.sync.contract_id === contract.id)
    expect(told.map(({ data }) => data.sync)).toMatchObject([
      { sync_state: 'drifted', last_error: `item ${line.id} is missing`, next_attempt_at: day(2) },
    ])
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'synced', last_error: null })
    expect((await items(contract)).map(({ key }) => key)).toEqual([line.id])
    await invoiced()
    expect(await sumOf(contract)).toBe(7000)
  })

  it('finds nothing where nothing was changed', async () => {
    const contract = await follow(beginning(flatLine('7000'), feeLine(), usageLine()))
    await follow(changed(contract, { ends_at: day(7) }))
    await at(day(2))
    await audit()
    const told = (await emitted(db, ContractSyncFailed)).filter(({ data }) => data.sync.contract_id === contract.id)
    expect(told).toEqual([])
  })
})
