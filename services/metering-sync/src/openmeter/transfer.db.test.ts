import { nextId } from '@draupnir/testing'
import { addMs, HOUR_MS, type Instant } from '@draupnir/time'
import type { ContractLine, ContractState } from '@draupnir/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { followContract } from '../mirror/follow-contract.ts'
import { retrySync } from '../mirror/retry-sync.ts'
import { bucketOf, contractOf, feeLine, flatLine, meteringService, T0, usageLine } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'

const service = await meteringService()
const { ctx, db, om, harness, at, work, audit, follow, fault, subscriptions, billed, owedBy, sumOf, syncOf } = service

let start: Instant = T0
beforeEach(async () => {
  start = addMs(start, 5 * 7 * 24 * HOUR_MS)
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
const passed = (contract: ContractState) => changed(contract, { buyer_id: nextId('party') })
const used = async (contract: ContractState, when: Instant, gpuHours: number, line = contract.lines[0]) => {
  await service.usage(contract, [bucketOf(when, gpuHours * 3600)], line)
  await work()
}
const invoiced = async (contract: ContractState, line = contract.lines[0]) => {
  await at(day(7))
  await at(addMs(day(7), 2 * HOUR_MS))
  return owedBy(contract, line)
}
const versions = async (contract: ContractState, key: string) =>
  (await subscriptions(contract.id)).flatMap(({ phases }) => phases.flatMap((phase) => phase.itemTimelines[key] ?? []))

describe('a contract that passes to another buyer within a period', () => {
  it('leaves each the time they had it, and a one-time fee with the first', async () => {
    const [fee, once] = [flatLine('7000'), feeLine('500')]
    const contract = await follow(beginning(fee, once))
    await at(day(2))
    const second = await follow(passed(contract))
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'synced', synced_version: second.version })
    expect(await invoiced(contract)).toEqual({ [contract.buyer_id]: 2000, [second.buyer_id]: 5000 })
    expect(await owedBy(contract, once)).toEqual({ [contract.buyer_id]: 500 })
  })

  it('leaves each what they used, in tiers of their own', async () => {
    const usd = (amount: string) => ({ amount, currency: 'USD' as const })
    const tiers = [{ up_to: '10', unit_price: usd('300') }]
    const line = flatLine('1', { price: { type: 'usage', unit: 'gpu_hour', unit_price: usd('200'), tiers } })
    const contract = await follow(beginning(line))
    await used(contract, day(1), 12)
    await at(day(2))
    const second = await follow(passed(contract))
    await used(second, day(2), 11)
    // 10 at 3.00 and 2 at 2.00; 10 at 3.00 and 1 at 2.00.
    expect(await invoiced(contract)).toEqual({ [contract.buyer_id]: 3400, [second.buyer_id]: 3200 })
  })

  it('more than once, also back, on the way to an end and with another price', async () => {
    const line = flatLine('7000')
    const contract = await follow(beginning(line))
    await at(day(1))
    const second = await follow(changed(passed(contract), { ends_at: day(7) }))
    await at(day(3))
    const dearer = { ...line, price: { ...line.price, unit_price: { amount: '14000', currency: 'USD' as const } } }
    const third = await follow(changed(passed(second), { lines: [dearer] }))
    await at(day(4))
    await follow(changed(third, { buyer_id: contract.buyer_id }))
    expect((await subscriptions(contract.id))[0]).toMatchObject({ status: 'canceled', activeTo: new Date(day(7)) })
    expect(await invoiced(contract)).toEqual({
      [contract.buyer_id]: 1000 + 6000,
      [second.buyer_id]: 2000,
      [third.buyer_id]: 2000,
    })
  })

  it('while it is suspended begins with the next buyer when it goes on', async () => {
    const contract = await follow(beginning(flatLine('7000')))
    await at(day(1))
    const rests = await follow(changed(contract, { lifecycle: 'suspended', suspended_at: day(1) }))
    await at(day(2))
    const second = await follow(passed(rests))
    await at(day(3))
    await follow(changed(second, { lifecycle: 'active', suspended_at: null }))
    expect(await invoiced(contract)).toEqual({ [contract.buyer_id]: 1000, [second.buyer_id]: 4000 })
  })

  it('as a period begins makes no line for the buyer before', async () => {
    const contract = await follow(beginning(flatLine('7000')))
    await at(day(7))
    const second = await follow(passed(contract))
    await at(day(14))
    expect(await owedBy(contract)).toEqual({ [contract.buyer_id]: 7000, [second.buyer_id]: 7000 })
  })

  it('makes one version for each buyer, whatever answer is lost and however often it is synced', async () => {
    const line = flatLine('7000')
    const contract = await follow(beginning(line))
    await at(day(2))
    await fault('timeout_after', { method: 'PATCH', path_prefix: '/api/v1/subscriptions' })
    const second = await follow(passed(contract))
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'retrying' })
    await retrySync(ctx, contract.id)
    await work()
    await retrySync(ctx, contract.id)
    await work()
    expect(await versions(contract, line.id)).toMatchObject([
      { activeFrom: new Date(start), metadata: { buyer_id: contract.buyer_id } },
      { activeFrom: new Date(day(2)), metadata: { buyer_id: second.buyer_id } },
    ])
  })

  it('is what the audit compares, and mends', async () => {
    const line = flatLine('7000')
    const second = await follow(passed(await follow(beginning(line))))
    await service.owner.sql`delete from metering_sync.mirrors where contract_id <> ${second.id}`
    await audit()
    expect(await syncOf(second)).toMatchObject({ sync_state: 'synced' })
    const [subscription] = await subscriptions(second.id)
    const price = { type: 'flat' as const, amount: '70', paymentTerm: 'in_arrears' as const }
    const rateCard = { type: 'flat_fee' as const, key: line.id, name: 'by hand', billingCadence: 'P1W', price }
    const customizations = [{ op: 'add_item' as const, phaseKey: 'main', rateCard }]
    await at(day(1))
    await om.subscriptions.edit(subscription?.id ?? '', { timing: 'immediate', customizations })
    await at(day(2))
    await audit()
    expect(await syncOf(second)).toMatchObject({ sync_state: 'synced' })
    expect((await versions(second, line.id)).at(-1)).toMatchObject({
      activeFrom: new Date(day(2)),
      metadata: { buyer_id: second.buyer_id },
    })
  })
})

describe('a transfer that OpenMeter hears of late', () => {
  /** Passed on day 2 while OpenMeter is away until day 4. */
  const late = async (contract: ContractState, meanwhile = async (_second: ContractState) => {}) => {
    await at(day(2))
    await fault('error', {}, { status: 503, remaining: 1000 })
    const second = passed(contract)
    await followContract(ctx, second, day(2))
    await work()
    await meanwhile(second)
    await at(day(4))
    await harness.control('DELETE', '/faults')
    await work()
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'synced' })
    return second
  }

  it('bills all of the time once; the line of the first buyer ends when it heard, for billing to share', async () => {
    const contract = await follow(beginning(flatLine('7000')))
    await late(contract)
    await invoiced(contract)
    const lines = (await billed(contract.id)).filter(({ pending }) => !pending)
    expect(lines.map(({ cents, period }) => [cents, period.from.toISOString(), period.to.toISOString()])).toEqual([
      [4000, start, day(4)],
      [3000, day(4), day(7)],
    ])
  })

  it('bills usage to whoever had it: what came meanwhile waits for the new buyer', async () => {
    const contract = await follow(beginning(usageLine('200')))
    await used(contract, day(1), 3)
    const second = await late(contract, async (now) => {
      await used(now, day(1.5), 1)
      await used(now, day(3), 7)
    })
    await used(second, day(5), 2)
    expect(await invoiced(contract)).toEqual({ [contract.buyer_id]: 4 * 200, [second.buyer_id]: 9 * 200 })
  })

  it('takes usage from the first buyer that had been counted with them, once', async () => {
    const contract = await follow(beginning(usageLine('200')))
    await used(contract, day(1), 3)
    await at(day(3))
    // The event of the transfer on day 2 is still on its way.
    await used(contract, day(2), 5)
    await used(contract, day(2.5), 1)
    await at(day(4))
    const second = await follow(passed(contract), day(2))
    await work()
    await retrySync(ctx, contract.id)
    await work()
    expect(await invoiced(contract)).toEqual({ [contract.buyer_id]: 3 * 200, [second.buyer_id]: 6 * 200 })
    const checks = (await verify({ db, om })).find(({ name }) => name === 'metering-sync.usage-counted')
    expect(checks?.findings).toEqual([])
  })

  it('leaves usage where it is once OpenMeter has billed it', async () => {
    const contract = await follow(beginning(usageLine('200')))
    await used(contract, day(5), 5)
    await at(day(8))
    const second = await follow(passed(contract), day(4))
    await at(day(14))
    await at(day(15))
    expect(await owedBy(contract)).toEqual({ [contract.buyer_id]: 5 * 200, [second.buyer_id]: 0 })
  })

  it('of a contract it never heard of bills each buyer beside the subscription', async () => {
    const [fee, once, usage] = [flatLine('7000'), feeLine('500'), usageLine('200')]
    const contract = beginning(fee, once, usage)
    await fault('error', {}, { status: 503, remaining: 1000 })
    await followContract(ctx, contract, start)
    await service.usage(contract, [bucketOf(day(1), 3600)], usage)
    await at(day(2))
    const second = passed(contract)
    await followContract(ctx, second, day(2))
    await service.usage(contract, [bucketOf(day(3), 7200)], usage)
    await at(day(4))
    const ended = changed(second, { ends_at: day(4), lifecycle: 'ended' })
    await followContract(ctx, ended, day(4))
    await harness.control('DELETE', '/faults')
    await at(day(5))
    await work()
    await at(day(6))
    expect(await owedBy(contract, fee)).toEqual({ [contract.buyer_id]: 2000, [second.buyer_id]: 2000 })
    expect(await owedBy(contract, once)).toEqual({ [contract.buyer_id]: 500 })
    expect(await owedBy(contract, usage)).toEqual({ [contract.buyer_id]: 200, [second.buyer_id]: 400 })
    const shared = (await billed(contract.id)).filter(({ recurring }) => recurring).map(({ what }) => what)
    expect(shared).toEqual([`line:${fee.id}`, `line:${fee.id}`])
  })
})

describe('usage that comes after OpenMeter has billed its period', () => {
  it('is billed with the next one', async () => {
    const contract = await follow(beginning(usageLine('200')))
    await used(contract, day(1), 1)
    await at(day(8))
    await used(contract, day(2), 4)
    await at(day(14))
    await at(day(15))
    expect(await sumOf(contract)).toBe(5 * 200)
  })

  it('is not billed to the next buyer', async () => {
    const contract = await follow(beginning(usageLine('200')))
    await at(day(3))
    const second = await follow(passed(contract))
    await at(day(8))
    await used(second, day(2), 4)
    await used(second, day(5), 1)
    await at(day(14))
    await at(day(15))
    expect(await owedBy(contract)).toEqual({ [contract.buyer_id]: 0, [second.buyer_id]: 200 })
  })
})

it('usage of a line that goes on later than OpenMeter heard waits for it', async () => {
  const contract = await follow(beginning(usageLine('200')))
  await at(day(1))
  const rests = await follow(changed(contract, { lifecycle: 'suspended', suspended_at: day(1) }))
  await at(day(2))
  await fault('error', { method: 'PATCH' }, { status: 503, remaining: 1000 })
  const again = await follow(changed(rests, { lifecycle: 'active', suspended_at: null }))
  await used(again, day(2.5), 3)
  await at(day(4))
  await harness.control('DELETE', '/faults')
  await work()
  await at(day(7))
  await at(day(8))
  expect(await sumOf(contract)).toBe(600)
})
