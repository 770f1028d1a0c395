import { emitted } from '@draupnir/testing'
import { addMs, type Instant, MINUTE_MS } from '@draupnir/time'
import { type ContractState, ContractSynced, ContractSyncFailed } from '@draupnir/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { followContract } from '../mirror/follow-contract.ts'
import { retrySync } from '../mirror/retry-sync.ts'
import { bucketOf, contractOf, feeLine, flatLine, meteringService, T0, usageLine } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { METER } from './meter.ts'

const service = await meteringService()
const { db, owner, om, ctx, harness, at, work, follow, fault, subscriptions, billed, sumOf, syncOf, usage } = service

const FIVE_WEEKS_MS = 35 * 24 * 3_600_000
let start: Instant = T0
beforeEach(async () => {
  await harness.control('DELETE', '/faults')
  start = addMs(start, FIVE_WEEKS_MS)
  await at(start)
})

const begun: ContractState['id'][] = []
// What runs on would bill every week of every test that follows.
afterEach(async () => {
  await harness.control('DELETE', '/faults')
  for (const id of begun.splice(0))
    for (const { id: running, status } of (await om.customers.get(id).catch(() => undefined))
      ? await subscriptions(id)
      : [])
      if (status === 'active') await om.subscriptions.cancel(running, { timing: 'immediate' })
})

/** A weekly contract that begins now. */
const beginning = (...lines: ContractState['lines']) => {
  const contract = contractOf(lines, { activated_at: start, billing_anchor: start, cadence: 'P1W' })
  begun.push(contract.id)
  return contract
}
const later = (minutes: number): Instant => addMs(start, minutes * MINUTE_MS)
const DAY = 24 * 60
const WEEK = 7 * DAY
const changed = (contract: ContractState, over: Partial<ContractState>): ContractState => ({
  ...contract,
  ...over,
  version: contract.version + 1,
})
const itemsOf = async ({ id }: ContractState) =>
  (await subscriptions(id)).flatMap(({ phases }) => phases.flatMap(({ items }) => items.map(({ key }) => key)))
const counted = async ({ id }: ContractState) => {
  const { data } = (await om.meters.query(METER, { subject: [id] })) ?? { data: [] }
  return data.reduce((sum, { value }) => sum + value, 0)
}

describe('a contract that begins', () => {
  it('becomes a customer with one subscription from its start, and says so', async () => {
    const contract = await follow(beginning(flatLine(), feeLine(), usageLine()))
    const [subscription, ...more] = await subscriptions(contract.id)
    expect(more).toEqual([])
    expect(subscription).toMatchObject({ status: 'active', activeFrom: new Date(start) })
    expect(await itemsOf(contract)).toEqual(
      contract.lines.map(({ id, price }) => (price.type === 'usage' ? `u_${id}` : id)),
    )
    const sync = await syncOf(contract)
    expect(sync).toMatchObject({
      sync_state: 'synced',
      synced_version: 3,
      openmeter_subscription_id: subscription?.id,
      attempts: 0,
    })
    expect((await emitted(db, ContractSynced)).at(-1)).toMatchObject({ aggregateId: contract.id, data: { sync } })
  })

  it('is left as it is when it is synced again', async () => {
    const contract = await follow(beginning(flatLine(), usageLine()))
    const before = await subscriptions(contract.id)
    await retrySync(ctx, contract.id)
    await work()
    expect(await subscriptions(contract.id)).toEqual(before)
  })

  it('gets a line that is added later, and the price it is changed to', async () => {
    const [first, second] = [flatLine('7000'), flatLine('1400')]
    const contract = await follow(beginning(first))
    await at(later(DAY))
    const wider = await follow(changed(contract, { lines: [first, second] }))
    expect(await itemsOf(wider)).toEqual([first.id, second.id])
    await at(later(2 * DAY))
    const dearer = flatLine('14000', { id: first.id })
    await follow(changed(wider, { lines: [dearer, second] }))
    const [subscription] = await subscriptions(contract.id)
    const items = subscription?.phases[0]?.items ?? []
    expect(items.find(({ key }) => key === first.id)?.price).toMatchObject({ amount: '140' })
    await at(later(WEEK))
    expect(await sumOf(contract)).toBe(2000 + 10_000)
    expect(await sumOf(contract, second)).toBe(1200)
  })
})

describe('OpenMeter that fails', () => {
  it('is tried again, and the contract shows why until it is synced', async () => {
    await fault('error', { path_prefix: '/api/v1/subscriptions' }, { status: 500 })
    const contract = await follow(beginning(flatLine()))
    const sync = await syncOf(contract)
    expect(sync).toMatchObject({ sync_state: 'retrying', attempts: 1, synced_version: 0 })
    expect(sync.last_error).toMatch(/subscriptions.create with 500/)
    expect(sync.next_attempt_at).toBe(addMs(start, 5000))
    expect((await emitted(db, ContractSyncFailed)).at(-1)?.data).toEqual({ sync })
    await at(later(1))
    await work()
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'synced', last_error: null, next_attempt_at: null })
  })

  it.each([
    ['customers', 'POST', '/api/v1/customers'],
    ['subscriptions', 'POST', '/api/v1/subscriptions'],
    ['features', 'POST', '/api/v1/features'],
  ])('after it has taken %s makes no second one', async (_, method, path_prefix) => {
    await fault('timeout_after', { method, path_prefix })
    const contract = await follow(beginning(flatLine(), usageLine()))
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'retrying' })
    await at(later(1))
    await work()
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'synced' })
    const [subscription, ...more] = await subscriptions(contract.id)
    expect(more).toEqual([])
    expect(subscription?.activeFrom).toEqual(new Date(start))
  })

  it('is tried again at once when an operator asks', async () => {
    await fault('error', {}, { status: 503 })
    const contract = await follow(beginning(flatLine()))
    await retrySync(ctx, contract.id)
    await work()
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'synced' })
  })

  it('for long loses none of the recurring fees, and none is billed twice', async () => {
    const contract = beginning(flatLine('7000'), feeLine('500'))
    await followContract(ctx, contract, start)
    await at(later(3 * DAY))
    await fault('timeout_after', { method: 'POST', path_prefix: '/api/v1/billing/customers' })
    await work()
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'retrying' })
    await at(later(3 * DAY + 1))
    await work()
    await retrySync(ctx, contract.id)
    await work()
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'synced' })
    expect((await billed(contract.id)).filter(({ amount }) => amount === '30')).toHaveLength(1)
    await at(later(WEEK))
    expect(await sumOf(contract)).toBe(7000)
    expect(await sumOf(contract, contract.lines[1])).toBe(500)
  })

  it('until after the end of the contract still bills all of it', async () => {
    const contract = beginning(flatLine('7000'), feeLine('500'), usageLine('200'))
    await followContract(ctx, contract, start)
    await usage(contract, [bucketOf(later(60), 36_000)], contract.lines[2])
    await at(later(2 * DAY))
    await follow(changed(contract, { ends_at: later(DAY), lifecycle: 'ended' }), later(DAY))
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'synced', openmeter_subscription_id: null })
    expect(await subscriptions(contract.id)).toEqual([])
    await at(later(3 * DAY))
    expect(await Promise.all(contract.lines.map((line) => sumOf(contract, line)))).toEqual([1000, 500, 2000])
  })
})

describe('a contract that ends', () => {
  it('now ends its subscription now, with the fee up to then', async () => {
    const contract = await follow(beginning(flatLine('7000')))
    await at(later(2 * DAY))
    await follow(changed(contract, { ends_at: later(2 * DAY), lifecycle: 'ended' }))
    await at(later(3 * WEEK))
    expect((await subscriptions(contract.id))[0]).toMatchObject({
      status: 'inactive',
      activeTo: new Date(later(2 * DAY)),
    })
    expect(await sumOf(contract)).toBe(2000)
  })

  it('with its period is told to OpenMeter ahead, so that no new period begins while it is away', async () => {
    const contract = await follow(beginning(flatLine('7000')))
    await follow(changed(contract, { ends_at: later(WEEK) }))
    expect((await subscriptions(contract.id))[0]).toMatchObject({ status: 'canceled', activeTo: new Date(later(WEEK)) })
    await at(later(3 * WEEK))
    await work()
    expect(await syncOf(contract)).toMatchObject({ sync_state: 'synced' })
    expect(await sumOf(contract)).toBe(7000)
  })

  it('at another date is ended when it comes', async () => {
    const contract = await follow(beginning(flatLine('7000')))
    await follow(changed(contract, { ends_at: later(3 * DAY) }))
    expect((await subscriptions(contract.id))[0]).toMatchObject({ status: 'active' })
    await at(later(3 * DAY))
    await work()
    expect((await subscriptions(contract.id))[0]).toMatchObject({
      status: 'inactive',
      activeTo: new Date(later(3 * DAY)),
    })
    expect(await sumOf(contract)).toBe(3000)
  })

  it('earlier than was said, or grows a line before its end, follows', async () => {
    const [first, second] = [flatLine('7000'), flatLine('1400')]
    const contract = await follow(beginning(first))
    const ending = await follow(changed(contract, { ends_at: later(WEEK) }))
    await at(later(DAY))
    const wider = await follow(changed(ending, { lines: [first, second] }))
    expect(await itemsOf(wider)).toEqual([first.id, second.id])
    expect((await subscriptions(contract.id))[0]).toMatchObject({ status: 'canceled', activeTo: new Date(later(WEEK)) })
    await at(later(3 * DAY))
    await follow(changed(wider, { ends_at: later(3 * DAY), lifecycle: 'ended' }))
    await at(later(3 * WEEK))
    expect([await sumOf(contract), await sumOf(contract, second)]).toEqual([3000, 400])
  })
})

describe('usage', () => {
  it('waits for the subscription, then is sent once', async () => {
    const contract = beginning(usageLine('200'))
    await usage(contract, [bucketOf(start, 3600), bucketOf(later(60), 7200)])
    await work()
    expect(await db.sql`select 1 from usage_events where contract_id = ${contract.id} and sent_at is not null`).toEqual(
      [],
    )
    await follow(contract)
    expect(await db.sql`select 1 from usage_events where sent_at is null`).toEqual([])
    expect(await counted(contract)).toBe(3)
  })

  it('counts once, however often it is sent', async () => {
    const contract = await follow(beginning(usageLine('200')))
    await fault('timeout_after', { path_prefix: '/api/v1/events' })
    await usage(contract, [bucketOf(start, 3600)])
    await work()
    await at(later(1))
    await work()
    await owner.sql`update metering_sync.usage_events set sent_at = null where contract_id = ${contract.id}`
    await usage(contract, [bucketOf(later(60), 3600)])
    await work()
    expect(await counted(contract)).toBe(2)
    expect(await db.sql`select 1 from usage_events where sent_at is null`).toEqual([])
  })

  it('of more than one batch is sent to the last event', async () => {
    const contract = await follow(beginning(usageLine('200')))
    await usage(
      contract,
      Array.from({ length: 1000 }, (_, hour) => bucketOf(later(hour), 3600)),
    )
    await work()
    expect(await db.sql`select 1 from usage_events where sent_at is null`).toEqual([])
    expect(await counted(contract)).toBe(1000)
  })

  it('of the hour in which its line was added is billed', async () => {
    const [first, second] = [flatLine('7000'), usageLine('200')]
    const contract = await follow(beginning(first))
    await at(later(DAY + 20))
    const wider = await follow(changed(contract, { lines: [first, second] }))
    await usage(wider, [bucketOf(later(DAY), 1800)], second)
    await work()
    await at(later(WEEK))
    await at(later(WEEK + 120))
    expect(await sumOf(contract, second)).toBe(100)
  })
})

describe('verify', () => {
  const broken = async () =>
    (await verify({ db, om })).flatMap(({ name, findings }) => findings.map(({ row }) => `${name}: ${row}`))

  it('finds nothing wrong after all this', async () => {
    expect(await broken()).toEqual([])
  })

  it('names usage that OpenMeter counts otherwise, and a contract that is behind', async () => {
    const contract = await follow(beginning(usageLine('200')))
    await usage(contract, [bucketOf(start, 3600)])
    await work()
    const set = (hours: number) =>
      owner.sql`update metering_sync.usage_events set gpu_hours = ${hours} where contract_id = ${contract.id}`
    await set(2)
    expect(await broken()).toEqual([`metering-sync.usage-counted: contract ${contract.id}`])
    await set(1)
    await owner.sql`update metering_sync.mirrors set synced_version = 1 where contract_id = ${contract.id}`
    expect(await broken()).toEqual([`metering-sync.synced: contract ${contract.id}`])
  })
})
