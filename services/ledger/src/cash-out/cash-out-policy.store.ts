import type { Context } from '@draupnir/db'
import { required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { type Currency, money } from '@draupnir/money'
import type { Instant, Weekday } from '@draupnir/time'
import type { CashOutPolicy, Schedule } from './cash-out-policy.ts'

interface PolicyRow {
  readonly party_id: Id<'party'>
  readonly schedule: Schedule['kind']
  readonly weekday: Weekday | null
  readonly local_time: string | null
  readonly time_zone: string | null
  readonly threshold: bigint | null
  readonly threshold_currency: Currency | null
  readonly minimum: bigint | null
  readonly minimum_currency: Currency | null
  readonly set_by: string | null
  readonly set_at: Instant | null
  readonly due_at: Instant | null
  readonly paused_by: Id<'cashOut'> | null
  readonly paused_at: Instant | null
  readonly pause_reason: string | null
}

export async function findPolicy(ctx: Context, partyId: Id<'party'>): Promise<CashOutPolicy | null> {
  const [row] = await ctx.db.sql<PolicyRow[]>`
    select * from cash_out_policies where tenant_id = ${ctx.tenant} and party_id = ${partyId}`
  return row === undefined ? null : policyOf(row)
}

/** Locks the policy of a party, made by default: whatever changes its cash-outs waits here. */
export async function lockPolicy(ctx: Context, partyId: Id<'party'>): Promise<CashOutPolicy> {
  await ctx.db.sql`
    insert into cash_out_policies (tenant_id, party_id, schedule) values (${ctx.tenant}, ${partyId}, 'on_release')
    on conflict do nothing`
  const [row] = await ctx.db.sql<PolicyRow[]>`
    select * from cash_out_policies where tenant_id = ${ctx.tenant} and party_id = ${partyId} for update`
  return policyOf(required(row, 'a policy is never deleted'))
}

export async function savePolicy(ctx: Context, policy: CashOutPolicy): Promise<void> {
  const { partyId, schedule, minimum, set, pause, dueAt } = policy
  const at = 'at' in schedule ? schedule.at : null
  const threshold = 'threshold' in schedule ? schedule.threshold : null
  await ctx.db.sql`
    update cash_out_policies set schedule = ${schedule.kind}, weekday = ${at?.weekday ?? null},
      local_time = ${at?.time ?? null}, time_zone = ${at?.zone ?? null},
      threshold = ${threshold?.amount ?? null}, threshold_currency = ${threshold?.currency ?? null},
      minimum = ${minimum?.amount ?? null}, minimum_currency = ${minimum?.currency ?? null},
      set_by = ${set?.by ?? null}, set_at = ${set?.at ?? null}, due_at = ${dueAt},
      paused_by = ${pause?.cashOutId ?? null}, paused_at = ${pause?.since ?? null},
      pause_reason = ${pause?.reason ?? null}
    where tenant_id = ${ctx.tenant} and party_id = ${partyId}`
}

function policyOf(row: PolicyRow): CashOutPolicy {
  const { set_by, set_at, paused_by, paused_at, pause_reason } = row
  return {
    partyId: row.party_id,
    schedule: scheduleOf(row),
    minimum: amountOf(row.minimum, row.minimum_currency),
    set: set_by === null || set_at === null ? null : { by: set_by, at: set_at },
    dueAt: row.due_at,
    pause:
      paused_by === null || paused_at === null
        ? null
        : { cashOutId: paused_by, reason: pause_reason ?? '', since: paused_at },
  }
}

function scheduleOf({ schedule: kind, weekday, local_time, time_zone, ...row }: PolicyRow): Schedule {
  switch (kind) {
    case 'daily':
    case 'weekly': {
      const time = required(local_time, 'a clock has a time')
      return { kind, at: { time, zone: required(time_zone, 'a clock has a zone'), weekday } }
    }
    case 'threshold':
      return { kind, threshold: required(amountOf(row.threshold, row.threshold_currency), 'it has a threshold') }
    default:
      return { kind }
  }
}

function amountOf(amount: bigint | null, currency: Currency | null) {
  return amount === null || currency === null ? null : money(amount, currency)
}
