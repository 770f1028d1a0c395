import { nextId } from '@draupnir/testing'
import { type Instant, MINUTE_MS } from '@draupnir/time'
import { expect, it } from 'vitest'
import { payInClear } from '../recipe/pay-in-clear.recipe.ts'
import { freshContext, fund, ledgerDatabase, usd } from '../service.fixture.ts'
import { nextLink } from '../transaction/chain.ts'
import { postTransaction } from '../transaction/post-transaction.ts'
import { settlePending, voidPending } from '../transaction/resolve-pending.ts'
import { findNamed } from '../transaction/transaction.store.ts'
import { audited } from './audited.fixture.ts'

// A wallet of five entries: 500 posted, 70 held and settled, 30 held and voided; 20 are held.
const { db, owner } = await ledgerDatabase()
const ctx = freshContext(db)
const party = nextId('party')
const wallet = `${party}:available:USD`
const held = async (amount: number) => {
  const reference = nextId('payIn')
  const input = { party_id: party, rail: 'ach', amount: usd(amount) } as const
  await postTransaction(ctx, {
    recipe: payInClear,
    input,
    state: 'pending',
    cause: reference,
    reference,
    effectiveAt: ctx.now(),
  })
  ctx.clock.advance(MINUTE_MS)
  return { recipe: payInClear, reference, cause: `end-${reference}` }
}
await fund(ctx, party, 500)
await settlePending(ctx, await held(70))
await voidPending(ctx, await held(30))
await held(20)

const { findings, spoiled } = audited({ db, owner })

const here = `account_id = (select id from accounts where ref = '${wallet}')`
const entry = (version: number, column: string, by: string) =>
  `update entries set ${column} = ${column} ${by} where ${here} and version = ${version}`

it('finds nothing wrong where something is held, settled and voided', async () => {
  expect(await findings()).toEqual({})
  expect(
    await db.sql`select version, movement from entries where account_id in (select id from accounts
    where ref = ${wallet}) order by version`,
  ).toEqual(
    ['posted', 'pending', 'settled', 'pending', 'voided', 'pending'].map((movement, n) => ({
      version: BigInt(n + 1),
      movement,
    })),
  )
})

it.each([
  [1, 'posted_credits'],
  [1, 'pending_credits'],
  [2, 'posted_credits'],
  [2, 'pending_credits'],
  [3, 'posted_credits'],
  [3, 'pending_credits'],
  [5, 'posted_credits'],
  [5, 'pending_credits'],
  [1, 'posted_debits'],
  [5, 'pending_debits'],
])('names entry %i of an account, and the one after it, when its %s was changed', async (version, column) => {
  const found = await spoiled(entry(version, column, '+ 1'), entry(version, column, '- 1'))
  expect(found).toEqual({
    'ledger.histories-follow': [version, version + 1].map((at) => `entry ${ctx.tenant}/${wallet}/${at}`),
  })
})

it('names the entry after one that was taken away, and the last one when it is not what the account holds', async () => {
  const taken = await spoiled(
    `create table kept as select * from entries where ${here} and version = 4; delete from entries where ${here} and version = 4`,
    'insert into entries select * from kept; drop table kept',
  )
  expect(taken['ledger.histories-follow']).toContain(`entry ${ctx.tenant}/${wallet}/5`)
  const last = await spoiled(
    `create table kept as select * from entries where ${here} and version = 6; delete from entries where ${here} and version = 6`,
    'insert into entries select * from kept; drop table kept',
  )
  expect(last['ledger.histories-follow']).toEqual([`entry ${ctx.tenant}/${wallet}/5`])
})

it('names an entry that is not the next of its account, though its amounts follow', async () => {
  const found = await spoiled(entry(4, 'version', '+ 100'), entry(104, 'version', '- 100'))
  expect(found).toEqual({
    'ledger.histories-follow': [104, 5].map((at) => `entry ${ctx.tenant}/${wallet}/${at}`),
  })
})

it.each([
  ['posted_debits', [`currency ${ctx.tenant}/USD`]],
  ['posted_credits', [`currency ${ctx.tenant}/USD`]],
  ['pending_debits', [`currency ${ctx.tenant}/USD`]],
  ['pending_credits', [`currency ${ctx.tenant}/USD`]],
])('names an account and its currency when its %s were changed', async (column, currency) => {
  const change = (by: string) => `update accounts set ${column} = ${column} ${by} where ref = '${wallet}'`
  const found = await spoiled(change('+ 1'), change('- 1'))
  expect(found).toMatchObject({
    'ledger.trial-balance-zero': currency,
    'ledger.balances-equal-journal': [`account ${ctx.tenant}/${wallet}`],
    'ledger.histories-follow': [`entry ${ctx.tenant}/${wallet}/6`],
  })
})

it('names an account that holds nothing of which the journal tells', async () => {
  const found = await spoiled(
    `create table kept as select * from accounts where ref = '${wallet}'; delete from accounts where ref = '${wallet}'`,
    'insert into accounts overriding system value select * from kept; drop table kept',
  )
  expect(found['ledger.balances-equal-journal']).toEqual([`account ${ctx.tenant}/${wallet}`])
})

it.each([
  ['available', 'credit', 'posted_debits', 'posted_credits'],
  ['available', 'credit', 'pending_debits', 'posted_credits - posted_debits'],
  ['receivable', 'debit', 'posted_credits', 'posted_debits'],
  ['receivable', 'debit', 'pending_credits', 'posted_debits - posted_credits'],
])(
  'names an account %s that is below its floor, whatever its row says of it: %s, %s',
  async (name, side, column, held) => {
    const debtor = nextId('party')
    const ref = `${debtor}:${name}:USD`
    const found = await spoiled(
      `insert into accounts (tenant_id, ref, owner, account, currency, normal_side, floor, posted_debits, posted_credits,
       pending_debits, pending_credits, version, checksum, changed_at)
     values ('${ctx.tenant}', '${ref}', '${debtor}', '${name}', 'USD', '${side}', null, 9, 9, 0, 0, 0, 0, now());
     update accounts set ${column} = ${held} + 1 where ref = '${ref}'`,
      `delete from accounts where ref = '${ref}'`,
    )
    expect(found['ledger.bounds-hold']).toEqual([`account ${ctx.tenant}/${ref}`])
  },
)

it('leaves an account alone that holds just its floor', async () => {
  const found = await spoiled(
    `update accounts set floor = null, pending_debits = posted_credits - posted_debits where ref = '${wallet}'`,
    `update accounts set floor = 0, pending_debits = 0 where ref = '${wallet}'`,
  )
  expect(found['ledger.bounds-hold']).toBeUndefined()
})

it('names a link that does not follow, and a lane whose head has another hash', async () => {
  const hash = (of: string) => `update journal set prev_hash = ${of}(prev_hash) where link = 3`
  expect((await spoiled(hash('upper'), hash('lower')))['ledger.hash-chain']).toEqual([`journal ${ctx.tenant}/0/3`])
  const head = (of: string) => `update journal_heads set hash = ${of}(hash) where lane = 0`
  expect((await spoiled(head('upper'), head('lower')))['ledger.hash-chain']).toHaveLength(1)
  const end = (by: string) => `update journal_heads set link = link ${by} where lane = 0`
  expect((await spoiled(end('+ 1'), end('- 1')))['ledger.hash-chain']).toEqual([`journal ${ctx.tenant}/0/7`])
})

it('names a last link that was written anew, with a hash of its own and a head that goes with it', async () => {
  const [last] = await db.sql<{ prev_hash: string; hash: string; recorded_at: Instant; id: string }[]>`
    select prev_hash, hash, recorded_at, transaction_ids[1] as id from journal where link = 6`
  if (last === undefined) throw new Error('no link')
  const booked = await findNamed(ctx, { ids: [last.id], causes: [], references: [], undoes: [] })
  const forged = nextLink({ lane: 0, link: 5n, hash: 'f'.repeat(64) }, last.recorded_at, booked)
  const write = (prev: string, hash: string) => `
    update journal set prev_hash = '${prev}', hash = '${hash}' where link = 6;
    update journal_heads set hash = '${hash}' where lane = 0`
  expect(await spoiled(write(forged.prevHash, forged.hash), write(last.prev_hash, last.hash))).toEqual({
    'ledger.hash-chain': [`journal ${ctx.tenant}/0/6`],
  })
})

it.each([
  ['states', "array['voided']"],
  ['causes', "array['another']"],
])('names a link whose %s were changed', async (column, value) => {
  const [row] = await db.sql<Record<string, string[]>[]>`select * from journal where link = 3`
  const found = await spoiled(
    `update journal set ${column} = ${value} where link = 3`,
    `update journal set ${column} = array['${row?.[column]?.[0]}'] where link = 3`,
  )
  expect(found['ledger.hash-chain']).toEqual([`journal ${ctx.tenant}/0/3`])
})

it.each([
  ['recipe', "'another'"],
  ['cause', "'another'"],
  ['reference', 'null'],
  ['undoes', "'txn_another'"],
  ['actor', "'another'"],
  ['effective_at', "effective_at + interval '1 ms'"],
  ['booked_at', "booked_at + interval '1 ms'"],
  ['expires_at', 'now()'],
])('names the link of a transaction whose %s was changed', async (column, value) => {
  const [first] = await db.sql<{ id: string; value: string | null }[]>`
    select id, ${db.sql.unsafe(column)}::text as value from transactions order by id limit 1`
  const before = first?.value === null ? 'null' : `'${first?.value}'`
  const set = (to: string) => `update transactions set ${column} = ${to} where id = '${first?.id}'`
  expect((await spoiled(set(value), set(before)))['ledger.hash-chain']).toEqual([`journal ${ctx.tenant}/0/1`])
})

it('names a transaction that says it is of another link, or that it was never ended', async () => {
  const [settled] = await db.sql<{ id: string; resolved_by: string }[]>`
    select id, resolved_by from transactions where resolved_by is not null order by id limit 1`
  const named = [`transaction ${ctx.tenant}/${settled?.id}`]
  const of = (set: string) => `update transactions set ${set} where id = '${settled?.id}'`
  expect((await spoiled(of('link = link + 1'), of('link = link - 1')))['ledger.states-told']).toEqual(named)
  const ended = `state = 'posted', resolved_by = '${settled?.resolved_by}', resolved_at = booked_at + interval '1 minute'`
  const open = "state = 'pending', resolved_by = null, resolved_at = null"
  expect((await spoiled(of(open), of(ended)))['ledger.states-told']).toEqual(named)
  const other = of("state = 'voided'")
  expect((await spoiled(other, of("state = 'posted'")))['ledger.states-told']).toEqual(named)
})

it('names a transaction that says it was ended, of which nobody told', async () => {
  const [whole] = await db.sql<{ id: string }[]>`
    select id from transactions where booked_as = 'posted' order by id limit 1`
  const end = (by: string, at: string) =>
    `update transactions set resolved_by = ${by}, resolved_at = ${at} where id = '${whole?.id}'`
  const found = await spoiled(end("'somebody'", 'now()'), end('null', 'null'))
  expect(found).toEqual({ 'ledger.states-told': [`transaction ${ctx.tenant}/${whole?.id}`] })
})
