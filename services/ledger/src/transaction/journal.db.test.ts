import { nextId } from '@draupnir/testing'
import { expect, it } from 'vitest'
import { freshContext, fund, ledgerDatabase } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'

const { db, owner } = await ledgerDatabase()
const ctx = freshContext(db)
const party = nextId('party')
await fund(ctx, party, 500)
await fund(ctx, party, 300)

it.each([
  'update journal set cause = cause',
  'delete from journal',
  'truncate journal',
  'update postings set amount = 1',
  'delete from postings',
  'truncate postings',
  'update transactions set recipe = recipe',
  'update transactions set effective_at = now()',
  'delete from transactions',
  'truncate transactions cascade',
  'delete from accounts',
  'delete from journal_heads',
  'delete from settlements',
  'delete from settlement_legs',
])('does not let the service %s', async (statement) => {
  await expect(db.sql.unsafe(statement)).rejects.toThrow(/permission denied/)
})

it('does not let a balance be written below its floor, whatever the code does', async () => {
  const overdraw = db.sql`update accounts set posted_debits = posted_credits + 1 where owner = ${party}`
  await expect(overdraw).rejects.toThrow(/accounts_within_floor/)
})

async function findings(): Promise<Record<string, string[]>> {
  const checks = (await verify({ db })).filter((check) => !check.ok)
  return Object.fromEntries(checks.map((check) => [check.name, check.findings.map((it) => it.row)]))
}

/** Lets the owner spoil something, looks, and puts it right again. */
async function spoiled(spoil: string, mend: string): Promise<Record<string, string[]>> {
  await owner.sql.unsafe(spoil)
  const found = await findings()
  await owner.sql.unsafe(mend)
  expect(await findings()).toEqual({})
  return found
}

it('finds nothing in sound books', async () => {
  expect((await verify({ db })).map((check) => [check.name, check.ok])).toEqual([
    ['ledger.trial-balance-zero', true],
    ['ledger.balances-equal-journal', true],
    ['ledger.bounds-hold', true],
    ['ledger.states-told', true],
    ['ledger.hash-chain', true],
    ['ledger.settlements-whole', true],
  ])
})

it('names the transaction whose posting was changed', async () => {
  const [second] = await db.sql<{ transaction_id: string }[]>`select transaction_id from journal where seq = 2`
  const found = await spoiled(
    'update postings set amount = 299 where amount = 300',
    'update postings set amount = 300 where amount = 299',
  )
  expect(found['ledger.hash-chain']).toEqual([`journal ${ctx.tenant}/2 (${second?.transaction_id})`])
  expect(found['ledger.balances-equal-journal']).toEqual(
    [`account ${ctx.tenant}/platform:cash.ach:USD`, `account ${ctx.tenant}/${party}:available:USD`].sort(),
  )
})

it('names the account whose balance was changed', async () => {
  const found = await spoiled(
    `update accounts set posted_credits = posted_credits + 1 where owner = '${party}'`,
    `update accounts set posted_credits = posted_credits - 1 where owner = '${party}'`,
  )
  expect(found).toEqual({
    'ledger.trial-balance-zero': [`currency ${ctx.tenant}/USD`],
    'ledger.balances-equal-journal': [`account ${ctx.tenant}/${party}:available:USD`],
  })
})

it('finds a state that nobody told of', async () => {
  const [first] = await db.sql<{ transaction_id: string }[]>`select transaction_id from journal where seq = 1`
  const found = await spoiled(
    `update transactions set state = 'voided', resolved_by = 'x', resolved_at = now() where id = '${first?.transaction_id}'`,
    `update transactions set state = 'posted', resolved_by = null, resolved_at = null where id = '${first?.transaction_id}'`,
  )
  expect(found['ledger.states-told']).toEqual([`transaction ${ctx.tenant}/${first?.transaction_id}`])
})

it('finds an entry that was taken off the end of the chain', async () => {
  const found = await spoiled(
    'create table kept as select * from journal where seq = 2; delete from journal where seq = 2',
    'insert into journal select * from kept; drop table kept',
  )
  expect(found['ledger.hash-chain']).toEqual([`journal ${ctx.tenant}/2`])
})
