import type { Id } from '@draupnir/ids'
import { emitted } from '@draupnir/testing'
import { ContractTransferred } from '@draupnir/wire'
import { beforeAll, expect, it } from 'vitest'
import { contractApi } from '../api.fixture.ts'
import { rememberParty } from '../party/remember-party.ts'
import { contractService } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { flatLine, hours, SELLER, usageLine } from './contract.fixture.ts'
import { resumeContract } from './resume-contract.ts'
import { suspendContract } from './suspend-contract.ts'

const service = await contractService()
const { ctx, db, owner, clock, active, newDevice } = service
const { call } = contractApi(service)
beforeAll(service.onboard)

/** Everything the service holds of its contracts, as text. */
async function everything() {
  const [row] = await db.sql`
    select (select md5(string_agg(c::text, ',' order by id)) from contracts c) as heads,
      (select md5(string_agg(e::text, ',' order by id)) from contract_edits e) as edits,
      (select md5(string_agg(p::text, ',' order by p::text)) from contract_placements p) as places,
      (select md5(string_agg(s::text, ',' order by s::text)) from contract_snapshots s) as snapshots,
      (select md5(string_agg(a::text, ',' order by a::text)) from device_assignments a) as devices,
      (select md5(string_agg(t::text, ',' order by t::text)) from contract_transitions t) as transitions,
      (select md5(string_agg(s::text, ',' order by s::text)) from contract_statuses s) as statuses,
      (select count(*)::int from timers) as timers, (select count(*)::int from outbox) as events`
  return row
}

async function devices(count: number): Promise<Id<'device'>[]> {
  const ids = Array.from({ length: count }, () => ctx.newId('device'))
  await owner.sql`insert into devices (tenant_id, id, seller_id)
    select ${ctx.tenant}, id, ${SELLER} from unnest(${ids}::text[]) id`
  return ids
}

async function interrupt(id: Id<'contract'>, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    clock.set(hours(10 + 2 * n))
    await suspendContract(ctx, id, {})
    clock.set(hours(11 + 2 * n))
    await resumeContract(ctx, id, {})
  }
}

async function refusedOf(path: string, body: object) {
  const before = await everything()
  for (const query of ['?dry_run=true', '']) {
    const answer = await call('POST', `${path}${query}`, body)
    expect(answer).toMatchObject({ status: 422, body: { code: 'contract.edit-too-large' } })
  }
  expect(await everything()).toEqual(before)
  expect((await verify({ db })).flatMap(({ findings }) => findings)).toEqual([])
}

it('refuses a late edit that changes who served for too long a time, and leaves nothing behind', async () => {
  clock.set(hours(0))
  const served = await devices(1000)
  const { id, lines } = await active(usageLine({ device_ids: served }), usageLine())
  // Each of sixteen stretches names a thousand devices.
  await interrupt(id, 16)
  const path = `/v1/contracts/${id}/lines/${lines[1]?.id}/devices`
  const body = { device_ids: [await newDevice()] }
  await refusedOf(path, { ...body, effective_at: hours(1) })
  expect((await call('POST', path, { ...body, effective_at: hours(31) })).status).toBe(200)
})

it('refuses a late edit that changes too many charges of one period, and leaves nothing behind', async () => {
  clock.set(hours(0))
  const buyer_id = ctx.newId('party')
  await rememberParty(ctx, { id: buyer_id, roles: ['buyer'] })
  const { id } = await active(...Array.from({ length: 100 }, () => flatLine()))
  await interrupt(id, 10)
  const path = `/v1/contracts/${id}/transfer`
  await refusedOf(path, { buyer_id, effective_at: hours(1) })
  expect((await call('POST', path, { buyer_id, effective_at: hours(21) })).status).toBe(200)
  expect((await emitted(db, ContractTransferred)).length).toBe(1)
})
