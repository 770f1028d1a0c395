import { required } from '@draupnir/errors'
import { nextId } from '@draupnir/testing'
import { expect, it } from 'vitest'
import { earn, payoutFor, toldOf } from '../cash-out/cash-out.fixture.ts'
import { reservePayout } from '../payout/reserve-payout.ts'
import { freshContext, ledgerDatabase, START } from '../service.fixture.ts'
import { verify } from './verify.ts'

const { db, owner } = await ledgerDatabase()
const ctx = freshContext(db)
const party = nextId('party')
const { legId } = await earn(ctx, party, 100)
const cashOut = required((await toldOf(db, party))[0], 'it was told')
await reservePayout(ctx, { payout: payoutFor(cashOut), cause: 'requested', effectiveAt: START })

async function spoiled(spoil: string, mend: string): Promise<string[]> {
  await owner.sql.unsafe(spoil)
  const found = (await verify({ db })).flatMap(({ name, findings }) => findings.map(({ row }) => `${name}: ${row}`))
  await owner.sql.unsafe(mend)
  return found
}

it('finds nothing wrong in what the verbs made', async () => {
  expect(await spoiled('select 1', 'select 1')).toEqual([])
})

it('names a leg of which something else is cashed out than its cash-outs say', async () => {
  const change = (to: string) => `update settlement_legs set cashed_out = cashed_out ${to} where id = '${legId}'`
  expect(await spoiled(change('- 1'), change('+ 1'))).toEqual([`ledger.cash-outs-whole: leg ${ctx.tenant}/${legId}`])
})

it('names a cash-out of less than its legs', async () => {
  const change = (to: string) => `update cash_outs set amount = amount ${to}`
  expect(await spoiled(change('- 1'), change('+ 1'))).toEqual([
    `ledger.cash-outs-whole: cash-out ${ctx.tenant}/${cashOut.id}`,
  ])
})

it('names a cash-out whose payout has booked something else', async () => {
  const named = [`ledger.cash-outs-booked: cash-out ${ctx.tenant}/${cashOut.id}`]
  const about = (from: string, to: string) =>
    `update transactions set reference = '${to}' where recipe = 'payout.reserve' and reference = '${from}'`
  const [booked] = await db.sql<{ reference: string }[]>`
    select reference from transactions where recipe = 'payout.reserve'`
  expect(await spoiled(about(booked?.reference ?? '', 'another'), about('another', booked?.reference ?? ''))).toContain(
    named[0],
  )
  const state = (to: string) => `update cash_outs set ${to}`
  const back = state("state = 'reserved', failure = null, ended_at = null")
  expect(await spoiled(state("state = 'requested'"), back)).toEqual(named)
  expect(await spoiled(state("state = 'paid_out', ended_at = now()"), back)).toEqual(named)
  expect(await spoiled(state("state = 'failed', failure = 'x', ended_at = now()"), back)).toContain(named[0])
})
