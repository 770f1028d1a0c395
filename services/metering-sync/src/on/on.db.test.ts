import { createApp, internalAuth, signInternal } from '@draupnir/http'
import {
  deliver,
  deliverOutOfOrder,
  deliverTwice,
  eventSource,
  expectRejection,
  nextId,
  testContext,
  testLog,
} from '@draupnir/testing'
import {
  ContractActivated,
  ContractEditVoided,
  ContractLineAdded,
  ContractLineRepriced,
  ContractResumed,
  ContractSuspended,
  ContractTerminated,
  SUBSCRIPTIONS,
  UsageRecorded,
} from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import { handlers } from '../consumers.ts'
import { followContract } from '../mirror/follow-contract.ts'
import { findMirror } from '../mirror/mirror.store.ts'
import { readMetering } from '../mirror/read-metering.ts'
import { recordSync, recordSyncFailure } from '../mirror/record-sync.ts'
import { retrySync } from '../mirror/retry-sync.ts'
import { routes } from '../routes.ts'
import { bucketOf, contractOf, days, flatLine, hours, meteringDatabase, T0, usageLine } from '../service.fixture.ts'
import { readUsage } from '../usage/read-usage.ts'
import { recordUsage } from '../usage/record-usage.ts'

const { db, clock, ctx, consumer, timers } = await meteringDatabase()

const WAYS: readonly (readonly [string, typeof deliver])[] = [
  ['delivered twice', deliverTwice],
  ['delivered last first', deliverOutOfOrder],
]
const edit = (effective_at = T0) => ({
  id: nextId('contractEdit'),
  operation: 'x',
  effective_at,
  recorded_at: effective_at,
  actor: 'key_test',
})
const timerOf = async (key: string, kind: string) =>
  (await timers()).filter((one) => one.key === key && one.kind === kind)

it('handles exactly the events that are meant for it', () => {
  const types = (events: readonly { type: string }[]) => events.map((event) => event.type).sort()
  expect(types(handlers.map((handler) => handler.event))).toEqual(types(SUBSCRIPTIONS['metering-sync']))
})

describe.each(WAYS)('events %s', (_, bring) => {
  it('keep the newest state of a contract, when each line began, and ask for one sync', async () => {
    const [first, second] = [flatLine(), usageLine()]
    const contract = contractOf([first], { version: 2 })
    const wider = { ...contract, lines: [first, second], version: 3 }
    const source = eventSource()
    await bring(consumer, [
      source.next(ContractActivated, { edit: edit(), contract }),
      source.next(ContractLineAdded, { edit: edit(hours(5)), line: second, contract: wider }),
      source.next(ContractTerminated, {
        edit: edit(days(2)),
        cause: 'x',
        contract: { ...wider, ends_at: days(2), version: 4 },
      }),
    ])
    const mirror = await findMirror(ctx, contract.id)
    expect(mirror?.contract).toMatchObject({ version: 4, ends_at: days(2) })
    expect(mirror?.lines).toEqual({
      [first.id]: { starts_at: T0, billed_from: null },
      [second.id]: { starts_at: hours(5), billed_from: null },
    })
    expect(mirror?.sync).toMatchObject({ sync_state: 'pending', synced_version: 0 })
    expect(await timerOf(contract.id, 'metering-sync.sync-contract')).toHaveLength(1)
  })

  it('keep what was agreed since when, edits recorded ahead only when they begin', async () => {
    const line = flatLine('1000')
    const contract = contractOf([line], { version: 2 })
    const dearer = flatLine('2000', { id: line.id })
    const ahead = { ...edit(days(3)), recorded_at: days(1) }
    const source = eventSource()
    await bring(consumer, [
      source.next(ContractActivated, { edit: edit(), contract }),
      source.next(ContractLineRepriced, { edit: ahead, contract: { ...contract, version: 3 } }),
      source.next(ContractSuspended, {
        edit: edit(days(2)),
        contract: { ...contract, lifecycle: 'suspended', version: 4 },
      }),
      source.next(ContractLineRepriced, {
        edit: ahead,
        phase: 'effective',
        contract: { ...contract, lifecycle: 'suspended', lines: [dearer], version: 5 },
      }),
      source.next(ContractResumed, { edit: edit(days(4)), contract: { ...contract, lines: [dearer], version: 6 } }),
    ])
    const mirror = await findMirror(ctx, contract.id)
    const told = mirror?.agreed.map(({ from, cards }) => [
      from,
      ...cards.map((card) => 'amount' in card && card.amount),
    ])
    expect(told).toEqual([[T0, '10'], [days(1), '10'], [days(2)], [days(3)], [days(4), '20']])
  })

  it('end in OpenMeter what was activated by mistake', async () => {
    const contract = contractOf([flatLine()], { version: 2 })
    const draft = { ...contract, lifecycle: 'draft' as const, activated_at: null, billing_anchor: null, version: 3 }
    const source = eventSource()
    await bring(consumer, [
      source.next(ContractActivated, { edit: edit(), contract }),
      source.next(ContractEditVoided, { edit: { ...edit(), recorded_at: days(1) }, contract: draft }),
    ])
    const mirror = await findMirror(ctx, contract.id)
    expect(mirror?.contract).toMatchObject({ lifecycle: 'ended', activated_at: T0, ends_at: days(1), version: 3 })
  })

  it('know nothing of a draft', async () => {
    const contract = contractOf([flatLine()], { activated_at: null, billing_anchor: null, lifecycle: 'draft' })
    await bring(consumer, [eventSource().next(ContractLineAdded, { edit: edit(), line: flatLine(), contract })])
    expect(await findMirror(ctx, contract.id)).toBeNull()
  })

  it('record usage once, and ask for it to be sent', async () => {
    const contract = contractOf([usageLine()])
    const source = eventSource()
    const [device_id, line_id] = [nextId('device'), contract.lines[0]?.id ?? nextId('contractLine')]
    const told = (buckets: ReturnType<typeof bucketOf>[]) =>
      source.next(UsageRecorded, { device_id, contract_id: contract.id, line_id, buckets })
    await bring(consumer, [
      told([bucketOf(T0, 1800), bucketOf(hours(1), 3600)]),
      told([bucketOf(T0, 2700, { revision: 2, delta_gpu_seconds: 900 })]),
    ])
    const [row] = await db.sql<{ hours: string }[]>`
      select sum(gpu_hours)::text as hours from usage_events where contract_id = ${contract.id}`
    expect(Number(row?.hours)).toBe(1.75)
    expect(await timerOf(contract.id, 'metering-sync.send-usage')).toHaveLength(1)
  })
})

describe('recordSync', () => {
  const followed = async () => {
    const contract = contractOf([flatLine()])
    await deliver(consumer, [eventSource().next(ContractActivated, { edit: edit(), contract })])
    return contract
  }
  const result = { customerId: 'c', subscription: { id: 's', from: T0 }, billed: new Map() }

  it('is not synced while the contract has moved on, and goes again', async () => {
    const contract = await followed()
    await recordSync(ctx, contract.id, { ...result, contractVersion: contract.version - 1 })
    expect((await readMetering(ctx, contract.id)).sync).toMatchObject({ sync_state: 'pending', synced_version: 2 })
    await recordSync(ctx, contract.id, { ...result, contractVersion: contract.version })
    expect((await readMetering(ctx, contract.id)).sync).toMatchObject({ sync_state: 'synced', synced_version: 3 })
  })

  it('has failed when there is no next attempt, and says nothing of contracts it does not know', async () => {
    const contract = await followed()
    const failure = { error: 'no', attempts: 9, nextAttemptAt: null }
    await recordSyncFailure(ctx, contract.id, failure)
    expect((await readMetering(ctx, contract.id)).sync).toMatchObject({ sync_state: 'failed', last_error: 'no' })
    await recordSyncFailure(ctx, nextId('contract'), failure)
    await recordSync(ctx, nextId('contract'), { ...result, contractVersion: 1 })
  })
})

it('is quiet about a version of a contract that it knows, or an older one', async () => {
  const contract = contractOf([flatLine()], { version: 5 })
  await followContract(ctx, contract, T0)
  await recordSync(ctx, contract.id, { customerId: 'c', subscription: null, billed: new Map(), contractVersion: 5 })
  for (const version of [5, 4]) await followContract(ctx, { ...contract, version, net_days: 1 }, T0)
  expect((await findMirror(ctx, contract.id))?.contract).toEqual(contract)
  expect((await readMetering(ctx, contract.id)).sync.sync_state).toBe('synced')
})

it('leaves usage as it was when the same is recorded again', async () => {
  const contract = contractOf([usageLine()])
  const usage = {
    device_id: nextId('device'),
    contract_id: contract.id,
    line_id: contract.lines[0]?.id ?? nextId('contractLine'),
    buckets: [bucketOf(T0, 3600)],
  }
  await recordUsage(ctx, usage)
  await db.sql`update usage_events set sent_at = ${T0} where contract_id = ${contract.id}`
  await recordUsage(ctx, usage)
  expect(await readUsage(ctx, contract.id)).toEqual({ recorded_gpu_hours: '1', sent_gpu_hours: '1', unsent_events: 0 })
})

describe('routes', () => {
  const SECRET = 'a secret of this test'
  const app = createApp({
    routes: [...routes],
    db,
    now: clock.read,
    log: testLog(),
    authenticate: internalAuth(SECRET),
    checkReplies: true,
  })
  const call = async (method: 'GET' | 'POST', path: string, tenant = ctx.tenant) => {
    const scopes = ['contracts:read', 'contracts:write']
    const claims = { tenant, actor: 'key_test', scopes, request_id: 'req_test_0001' }
    const headers = {
      'x-request-id': claims.request_id,
      'idempotency-key': nextId('timer'),
      ...signInternal(SECRET, { method, path }, claims),
    }
    const response = await app.request(path, { method, headers })
    return { status: response.status, body: await response.json() }
  }

  it('show how far a contract is, and sync it at once', async () => {
    const contract = contractOf([flatLine()])
    await deliver(consumer, [eventSource().next(ContractActivated, { edit: edit(), contract })])
    const path = `/v1/contracts/${contract.id}/metering`
    const usage = { recorded_gpu_hours: '0', sent_gpu_hours: '0', unsent_events: 0 }
    expect(await call('GET', path)).toMatchObject({ status: 200, body: { sync: { sync_state: 'pending' }, usage } })
    expect(await call('POST', `${path}/sync`)).toMatchObject({
      status: 202,
      body: { sync: { contract_id: contract.id } },
    })
    expect(await call('GET', path, nextId('tenant'))).toMatchObject({ status: 404 })
    expect(await call('GET', '/v1/contracts/nobody/metering')).toMatchObject({ status: 400 })
  })

  it('refuse a contract that is not there', async () => {
    const stranger = testContext(db, { clock, tenant: nextId('tenant') })
    await expectRejection(retrySync(stranger, nextId('contract')), 'request.not-found')
  })
})
