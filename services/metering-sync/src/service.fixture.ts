import { type Definition, startTimerRunner } from '@draupnir/clock'
import { contextFor } from '@draupnir/http'
import type { Id } from '@draupnir/ids'
import { type OpenMeter, openMeter } from '@draupnir/openmeter'
import { API_KEY, startHarness, useCustomInvoicing } from '@draupnir/sandbox-openmeter/testing'
import { migrationsOf } from '@draupnir/service'
import {
  type ConsumerUnderTest,
  eventually,
  nextId,
  testClock,
  testContext,
  testDatabase,
  testLog,
} from '@draupnir/testing'
import { addMs, HOUR_MS, type Instant, instant } from '@draupnir/time'
import {
  type ContractLine,
  type ContractState,
  contractLineSchema,
  contractSchema,
  type UsageBucket,
} from '@draupnir/wire'
import { afterAll } from 'vitest'
import { activities } from './activities.ts'
import { handlers } from './consumers.ts'
import { followContract } from './mirror/follow-contract.ts'
import { readMetering } from './mirror/read-metering.ts'
import { meteringSync } from './service.ts'
import { recordUsage } from './usage/record-usage.ts'

export const T0: Instant = instant('2026-01-15T09:00:00Z')
export const hours = (count: number): Instant => addMs(T0, count * HOUR_MS)
export const days = (count: number): Instant => hours(24 * count)
/** Ends of the first billing period, and of the second. */
export const FEB: Instant = instant('2026-02-15T09:00:00Z')
export const MAR: Instant = instant('2026-03-15T09:00:00Z')

const usd = (amount: string) => ({ amount, currency: 'USD' as const })

export function flatLine(amount = '31000', over: Partial<ContractLine> = {}): ContractLine {
  return contractLineSchema.parse({
    id: nextId('contractLine'),
    seller_id: nextId('party'),
    sku: 'support',
    description: 'Support',
    quantity: '1',
    price: { type: 'flat_recurring', unit_price: usd(amount) },
    device_ids: [],
    ...over,
  })
}

export const feeLine = (amount = '5000'): ContractLine =>
  flatLine(amount, { price: { type: 'flat_once', unit_price: usd(amount) } })

export const usageLine = (amount = '200'): ContractLine =>
  flatLine(amount, { price: { type: 'usage', unit: 'gpu_hour', unit_price: usd(amount) } })

/** A contract in force since `T0`. */
export function contractOf(lines: readonly ContractLine[], over: Partial<ContractState> = {}): ContractState {
  return contractSchema.parse({
    id: nextId('contract'),
    buyer_id: nextId('party'),
    currency: 'USD',
    lifecycle: 'active',
    cadence: 'P1M',
    net_days: 30,
    collection_method: 'wallet',
    platform_fee_rate: '0.1',
    time_zone: 'UTC',
    billing_anchor: T0,
    activated_at: T0,
    ends_at: null,
    lines: [...lines],
    version: 3,
    ...over,
  })
}

export function bucketOf(hour: Instant, total: number, over: Partial<UsageBucket> = {}): UsageBucket {
  return { hour, revision: 1, delta_gpu_seconds: total, total_gpu_seconds: total, ...over }
}

/** A database of the service and its verbs at a moment the test moves. Call it at the top level of the file. */
export async function meteringDatabase() {
  const { db, owner } = await testDatabase({ schema: 'metering_sync', sources: migrationsOf(meteringSync) })
  const clock = testClock(T0)
  const log = testLog()
  const ctx = testContext(db, { clock })
  const consumer: ConsumerUnderTest = {
    service: 'metering-sync',
    db,
    handlers,
    contextFor: (unit) => contextFor({ ...unit, log }),
    clock,
  }
  const timers = () =>
    db.sql<{ kind: string; key: string; due_at: Instant }[]>`select kind, key, due_at from timers order by kind, key`
  const usage = (contract: ContractState, buckets: readonly UsageBucket[], line = contract.lines[0]) =>
    recordUsage(ctx, {
      device_id: nextId('device'),
      contract_id: contract.id,
      line_id: line?.id ?? nextId('contractLine'),
      buckets: [...buckets],
    })
  return { db, owner, clock, log, ctx, consumer, timers, usage }
}

/** The service before a sandbox OpenMeter of the file's own, both on one clock. */
export async function meteringService() {
  const service = await meteringDatabase()
  const { db, clock, log, ctx } = service
  const harness = await startHarness(T0)
  afterAll(() => harness.close())
  await useCustomInvoicing(harness.om)
  const om: OpenMeter = openMeter({ url: harness.url, apiKey: API_KEY, timeoutMs: 5_000 })

  const at = async (moment: Instant) => {
    clock.set(moment)
    await harness.at(moment)
  }
  const timed = activities(om).filter(({ type }) => type !== 'sweep')
  /** Does what is due, until nothing is; the audit only when told: it would mend what a test leaves behind. */
  const work = async (definitions: Definition[] = timed) => {
    const contextOf: Parameters<typeof startTimerRunner>[0]['contextFor'] = (unit) => contextFor({ ...unit, log })
    const runner = startTimerRunner({ db, clock, log, definitions, contextFor: contextOf, pollMs: 5 })
    await eventually(async () => (await runner.activity()).busy.length === 0)
    await runner.stop()
    await harness.settle()
  }
  const audit = async () => {
    await work(activities(om))
    // `work` alone would wait for the next one for ever.
    await service.owner.sql`delete from metering_sync.sweeps`
  }
  const follow = async (contract: ContractState, effectiveAt: Instant = clock.now()) => {
    await followContract(ctx, contract, effectiveAt)
    await work()
    return contract
  }
  /** Strikes the next request that `match`es. */
  const fault = async (effect: string, match: object, more: object = {}) => {
    const { status } = await harness.control('POST', '/faults', { effect, match, remaining: 1, delay_ms: 10, ...more })
    if (status !== 201) throw new Error(`the fault switch answered ${status}`)
  }
  const subscriptions = async (id: Id<'contract'>) => {
    const page = await om.customers.listSubscriptions(id)
    const all = await Promise.all((page?.items ?? []).map((one) => om.subscriptions.get(one.id)))
    return all.filter((one) => one !== undefined)
  }
  /** Lines of all invoices of a contract: what for, to whom, how much, whether it is only pending. */
  const billed = async (id: Id<'contract'>) => {
    const customer = await om.customers.get(id)
    const filter = { customers: customer === undefined ? [] : [customer.id], expand: ['lines' as const] }
    const own = (await om.billing.invoices.list({ ...filter, pageSize: 100 }))?.items ?? []
    return own
      .flatMap(({ status, lines = [] }) => lines.map((line) => ({ pending: status === 'gathering', line })))
      .map(({ pending, line }) => ({
        pending,
        what: line.description?.split(' ')[0] ?? '',
        buyer: line.description?.split('buyer:')[1] ?? '',
        amount: line.totals.total,
        cents: Math.round(Number(line.totals.total) * 100),
        period: line.period,
        /** A recurring fee is billed in arrears, a one-time fee in advance. */
        recurring: line.rateCard?.price?.type === 'flat' && line.rateCard.price.paymentTerm === 'in_arrears',
      }))
  }
  /** What the invoiced lines of a contract line come to, in cents. */
  const sumOf = async (contract: ContractState, line = contract.lines[0]) => {
    const lines = await billed(contract.id)
    return lines
      .filter(({ pending, what }) => !pending && what === `line:${line?.id}`)
      .reduce((sum, { cents }) => sum + cents, 0)
  }
  /** The same by buyer: who owes how much of it. */
  const owedBy = async (contract: ContractState, line = contract.lines[0]) => {
    const lines = (await billed(contract.id)).filter(({ pending, what }) => !pending && what === `line:${line?.id}`)
    const sum = (buyer: string) => lines.filter((one) => one.buyer === buyer).reduce((all, { cents }) => all + cents, 0)
    return Object.fromEntries([...new Set(lines.map(({ buyer }) => buyer))].map((buyer) => [buyer, sum(buyer)]))
  }
  const syncOf = async ({ id }: ContractState) => (await readMetering(ctx, id)).sync
  return { ...service, harness, om, at, work, audit, follow, fault, subscriptions, billed, sumOf, owedBy, syncOf }
}
