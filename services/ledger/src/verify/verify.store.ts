import type { Db } from '@draupnir/db'
import { type Currency, money } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import { accountOf } from '../account/account.ts'
import type { ChainHead, Link } from '../transaction/chain.ts'
import { type TransactionRow, transactionOf } from '../transaction/transaction.store.ts'
import type { TransactionState } from '../transaction/transaction.ts'

/** A row that breaks an invariant, and how. */
export interface WrongRow {
  readonly row: string
  readonly detail: string
}

export interface Head extends ChainHead {
  readonly tenant_id: string
}

/** Every tenant's end of the chain. */
export async function heads({ sql }: Db): Promise<Head[]> {
  return await sql<Head[]>`select tenant_id, seq, hash from journal_heads order by tenant_id`
}

interface LinkRow extends TransactionRow {
  readonly seq: bigint
  readonly entry_state: TransactionState
  readonly entry_cause: string
  readonly recorded_at: Instant
  readonly prev_hash: string
  readonly hash: string
  readonly postings: readonly (readonly [debit: string, credit: string, amount: string, currency: Currency])[] | null
}

/** Up to `limit` links of a tenant's chain after `seq`, with what they are said to be the hash of. */
export async function linksAfter({ sql }: Db, tenant: string, seq: bigint, limit: number): Promise<Link[]> {
  const rows = await sql<LinkRow[]>`
    select j.seq, j.state as entry_state, j.cause as entry_cause, j.recorded_at, j.prev_hash, j.hash, t.*,
      (select jsonb_agg(jsonb_build_array(p.debit, p.credit, p.amount::text, p.currency) order by p.position)
       from postings p where p.tenant_id = t.tenant_id and p.transaction_id = t.id) as postings
    from journal j join transactions t on t.tenant_id = j.tenant_id and t.id = j.transaction_id
    where j.tenant_id = ${tenant} and j.seq > ${seq} order by j.seq limit ${limit}`
  return rows.map((row) => ({
    entry: {
      seq: row.seq,
      state: row.entry_state,
      cause: row.entry_cause,
      recordedAt: row.recorded_at,
      transaction: transactionOf(row, (row.postings ?? []).map(postingOf)),
    },
    prevHash: row.prev_hash,
    hash: row.hash,
  }))
}

/** Debits and credits of the stored balances, by tenant and currency, where they differ. */
export async function unbalanced({ sql }: Db): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    select 'currency ' || tenant_id || '/' || currency as row,
      'debits ' || sum(posted_debits) || ', credits ' || sum(posted_credits) || ' (pending: '
        || sum(pending_debits) || ', ' || sum(pending_credits) || ')' as detail
    from accounts group by tenant_id, currency
    having sum(posted_debits) <> sum(posted_credits) or sum(pending_debits) <> sum(pending_credits)`
}

/** Accounts whose stored balance is not what the postings of the journal add up to. */
export async function driftedBalances({ sql }: Db): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    with sides as (
      select p.tenant_id, s.ref, t.state, s.side, p.amount
      from postings p
        join transactions t on t.tenant_id = p.tenant_id and t.id = p.transaction_id
        cross join lateral (values (p.debit, 'debit'), (p.credit, 'credit')) as s(ref, side)
      where t.state <> 'voided'),
    told as (
      select tenant_id, ref,
        coalesce(sum(amount) filter (where state = 'posted' and side = 'debit'), 0) as posted_debits,
        coalesce(sum(amount) filter (where state = 'posted' and side = 'credit'), 0) as posted_credits,
        coalesce(sum(amount) filter (where state = 'pending' and side = 'debit'), 0) as pending_debits,
        coalesce(sum(amount) filter (where state = 'pending' and side = 'credit'), 0) as pending_credits
      from sides group by tenant_id, ref)
    select 'account ' || a.tenant_id || '/' || a.ref as row,
      'stored ' || concat_ws('/', a.posted_debits, a.posted_credits, a.pending_debits, a.pending_credits)
        || ', journal ' || concat_ws('/', coalesce(j.posted_debits, 0), coalesce(j.posted_credits, 0),
          coalesce(j.pending_debits, 0), coalesce(j.pending_credits, 0))
        || ' (posted debits/credits, pending debits/credits)' as detail
    from accounts a left join told j on j.tenant_id = a.tenant_id and j.ref = a.ref
    where (a.posted_debits, a.posted_credits, a.pending_debits, a.pending_credits)
      is distinct from (coalesce(j.posted_debits, 0), coalesce(j.posted_credits, 0),
        coalesce(j.pending_debits, 0), coalesce(j.pending_credits, 0))
    order by 1`
}

/** Transactions whose state is not the last the journal tells of them. */
export async function untoldStates({ sql }: Db): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    select 'transaction ' || t.tenant_id || '/' || t.id as row,
      'is ' || t.state || ', the journal says ' || coalesce(j.state, 'nothing') as detail
    from transactions t left join lateral (
      select state from journal j where j.tenant_id = t.tenant_id and j.transaction_id = t.id
      order by seq desc limit 1) j on true
    where j.state is distinct from t.state order by 1`
}

export interface Floor {
  readonly account: string
  readonly normal: string
  readonly floor: string
}

/** Accounts below the floor of the chart, whatever floor their row names. */
export async function belowFloor({ sql }: Db, floors: readonly Floor[]): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    select 'account ' || a.tenant_id || '/' || a.ref as row, 'holds ' || b.held || ', floor ' || f.floor as detail
    from accounts a
      join unnest(${floors.map((it) => it.account)}::text[], ${floors.map((it) => it.normal)}::text[],
        ${floors.map((it) => it.floor)}::bigint[]) as f(account, normal, floor) on f.account = a.account
      cross join lateral (select case f.normal
        when 'credit' then posted_credits - posted_debits - pending_debits
        else posted_debits - posted_credits - pending_credits end as held) b
    where b.held < f.floor order by 1`
}

/** Settlements whose legs do not sum to what the buyer paid. */
export async function unevenSettlements({ sql }: Db): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    select 'settlement ' || s.tenant_id || '/' || s.id as row,
      'gross ' || s.gross || ', legs ' || coalesce(sum(l.amount), 0) as detail
    from settlements s
      left join settlement_legs l on l.tenant_id = s.tenant_id and l.settlement_id = s.id
    group by s.tenant_id, s.id, s.gross having s.gross <> coalesce(sum(l.amount), 0) order by 1`
}

function postingOf([debit, credit, amount, currency]: NonNullable<LinkRow['postings']>[number]) {
  return { debit: accountOf(debit), credit: accountOf(credit), amount: money(BigInt(amount), currency) }
}
