import { emitted, expectRejection, nextId } from '@draupnir/testing'
import { AccountFrozen } from '@draupnir/wire'
import { expect, it } from 'vitest'
import { freshContext, fund, ledgerDatabase } from '../service.fixture.ts'
import { audited } from '../verify/audited.fixture.ts'
import { brokenLinks } from '../verify/chain.store.ts'
import { verify } from '../verify/verify.ts'

const { db, owner } = await ledgerDatabase()
const ctx = freshContext(db)
const party = nextId('party')
await fund(ctx, party, 500)
await fund(ctx, party, 300)

it.each([
  'update journal set hash = hash',
  'delete from journal',
  'truncate journal',
  'update entries set debit = 1',
  'delete from entries',
  'truncate entries',
  'update transactions set amounts = amounts',
  'update transactions set recipe = recipe',
  'update transactions set effective_at = now()',
  'delete from transactions',
  'truncate transactions cascade',
  'delete from accounts',
  'delete from journal_heads',
  'delete from closings',
  'delete from settlements',
  'delete from settlement_legs',
  'delete from settlement_shares',
  'delete from payments',
  'delete from funding_lots',
  'delete from funding_uses',
  'delete from settlement_reversals',
  'update settlement_reversals set amount = amount',
])('does not let the service %s', async (statement) => {
  await expect(db.sql.unsafe(statement)).rejects.toThrow(/permission denied/)
})

it('does not let a balance be written below its floor, whatever the code does', async () => {
  const overdraw = db.sql`update accounts set posted_debits = posted_credits + 1 where owner = ${party}`
  await expect(overdraw).rejects.toThrow(/accounts_within_floor/)
})

it.each(['posted_debits', 'posted_credits', 'pending_debits', 'pending_credits'])(
  'does not let %s be written below nothing, whatever the code does',
  async (column) => {
    // An account without a floor: only the turnover can stop it.
    const below = db.sql`update accounts set ${db.sql(column)} = -1 where ref = 'platform:cash.ach:USD'`
    await expect(below).rejects.toThrow(/accounts_turnover_positive/)
  },
)

const { spoiled } = audited({ db, owner })

it.each([
  "booked_as = 'voided'",
  "state = 'settled', resolved_by = 'x', resolved_at = now()",
  "state = 'voided'",
  "resolved_by = 'x'",
  'resolved_at = now()',
  "debits = debits || '{platform:suspense:USD}'",
  "amounts = amounts || '{1}'",
  "amounts = '{0}'",
])('does not let a transaction be written as none can be: %s', async (set) => {
  await expect(owner.sql.unsafe(`update transactions set ${set}`)).rejects.toThrow(/transactions_sound/)
})

it('finds nothing in sound books', async () => {
  expect((await verify({ db })).map((check) => [check.name, check.ok])).toEqual([
    ['ledger.trial-balance-zero', true],
    ['ledger.balances-equal-journal', true],
    ['ledger.histories-follow', true],
    ['ledger.bounds-hold', true],
    ['ledger.states-told', true],
    ['ledger.hash-chain', true],
    ['ledger.settlements-whole', true],
    ['ledger.legs-covered', true],
    ['ledger.reversals-whole', true],
    ['ledger.lots-whole', true],
    ['ledger.payments-funded', true],
    ['ledger.cash-outs-whole', true],
    ['ledger.cash-outs-booked', true],
  ])
})

it('names the link whose transaction was changed', async () => {
  const found = await spoiled(
    "update transactions set amounts = '{299}' where amounts = '{300}'",
    "update transactions set amounts = '{300}' where amounts = '{299}'",
  )
  expect(found['ledger.hash-chain']).toEqual([`journal ${ctx.tenant}/0/2`])
  expect(found['ledger.balances-equal-journal']).toEqual(
    [`account ${ctx.tenant}/platform:cash.ach:USD`, `account ${ctx.tenant}/${party}:available:USD`].sort(),
  )
})

it('names the entry that was changed', async () => {
  const found = await spoiled(
    'update entries set debit = debit + 1, posted_debits = posted_debits + 1 where version = 1 and debit > 0',
    'update entries set debit = debit - 1, posted_debits = posted_debits - 1 where version = 1 and debit > 0',
  )
  expect(found).toEqual({ 'ledger.histories-follow': [`entry ${ctx.tenant}/platform:cash.ach:USD/2`] })
})

it('names the account whose balance was changed', async () => {
  const found = await spoiled(
    `update accounts set posted_credits = posted_credits + 1 where owner = '${party}'`,
    `update accounts set posted_credits = posted_credits - 1 where owner = '${party}'`,
  )
  expect(found).toEqual({
    'ledger.trial-balance-zero': [`currency ${ctx.tenant}/USD`],
    'ledger.balances-equal-journal': [`account ${ctx.tenant}/${party}:available:USD`],
    'ledger.histories-follow': [`entry ${ctx.tenant}/${party}:available:USD/2`],
  })
})

it('finds a state that nobody told of', async () => {
  const [first] = await db.sql<{ id: string }[]>`select id from transactions order by id limit 1`
  const found = await spoiled(
    `update transactions set state = 'voided', resolved_by = 'x', resolved_at = now() where id = '${first?.id}'`,
    `update transactions set state = 'posted', resolved_by = null, resolved_at = null where id = '${first?.id}'`,
  )
  expect(found['ledger.states-told']).toEqual([`transaction ${ctx.tenant}/${first?.id}`])
})

it('finds a transaction that was put in without a link', async () => {
  const found = await spoiled(
    "insert into transactions select tenant_id, 'txn_forged', recipe, 'forged', null, undoes, booked_as, state, actor, effective_at, booked_at, expires_at, resolved_by, resolved_at, lane, link, debits, credits, amounts from transactions limit 1",
    "delete from transactions where id = 'txn_forged'",
  )
  expect(found['ledger.states-told']).toEqual([`transaction ${ctx.tenant}/txn_forged`])
})

it('finds a link that was taken off the end of its lane, or out of the middle', async () => {
  const cut = (link: number) =>
    spoiled(
      `create table kept as select * from journal where link = ${link}; delete from journal where link = ${link}`,
      'insert into journal select * from kept; drop table kept',
    )
  expect((await cut(2))['ledger.hash-chain']).toEqual([`journal ${ctx.tenant}/0/2`])
  expect((await cut(1))['ledger.hash-chain']).toEqual([`journal ${ctx.tenant}/0/2`])
})

it('verifies any stretch of a lane', async () => {
  expect(await brokenLinks(db, { tenant: ctx.tenant, lane: 0, fromLink: 2n })).toEqual([])
  await owner.sql`update transactions set amounts = '{299}' where amounts = '{300}'`
  expect(await brokenLinks(db, { tenant: ctx.tenant, toLink: 1n })).toEqual([])
  expect(await brokenLinks(db, { tenant: ctx.tenant, fromLink: 2n })).toHaveLength(1)
  await owner.sql`update transactions set amounts = '{300}' where amounts = '{299}'`
})

it('freezes an account whose balance was changed by hand, tells of it, and goes on with all others', async () => {
  const [victim, other] = [nextId('party'), nextId('party')]
  await fund(ctx, victim, 100)
  await owner.sql`update accounts set posted_credits = 200 where owner = ${victim}`
  await expectRejection(fund(ctx, victim, 1), 'ledger.account-frozen', { account: `${victim}:available:USD` })
  await fund(ctx, other, 1)
  const frozen = await emitted(db, AccountFrozen)
  expect(frozen.map((event) => event.data.account)).toEqual([`${victim}:available:USD`])
  await owner.sql`update accounts set posted_credits = 100 where owner = ${victim}`
  await expectRejection(fund(ctx, victim, 1), 'ledger.account-frozen')
})
