import type { Db } from '@draupnir/db'
import type { Finding, Ours } from './compare.ts'

/** Every pay-in and payout with what we believe of its payment order. */
export async function ourOrders({ sql }: Pick<Db, 'sql'>): Promise<Ours[]> {
  return await sql<Ours[]>`
    select id, payment_order_id, amount, 'debit' as direction, state = 'cleared' and returned_at is null as done from pay_ins
    union all
    select id, payment_order_id, amount, 'credit', state = 'settled' from payouts`
}

/** Pay-ins the bank took back that the ledger has not: they still count as money in a wallet. */
export async function unreversedReturns({ sql }: Pick<Db, 'sql'>): Promise<Finding[]> {
  return await sql<Finding[]>`
    select 'pay-in ' || id as row, amount || ' ' || currency || ' in the wallet of ' || party_id
      || ' came back to the payer: ' || return_reason as detail
    from pay_ins where returned_at is not null and reversed_by is null order by id`
}

/** Pay-ins and payouts of whose end no event, or more than one, was told. */
export async function untoldEnds({ sql }: Pick<Db, 'sql'>): Promise<Finding[]> {
  return await sql<Finding[]>`
    select f.what || ' ' || f.id as row, f.state || ', ' || coalesce(s.last_seq, 0) || ' events' as detail
    from (
      select 'pay-in' as what, 'pay_in' as kind, id, state, case when returned_at is not null then '{3}'::int[] when state in ('cleared', 'failed') then '{2}' else '{1}' end as told from pay_ins
      union all
      select 'payout', 'payout', id, state, case
        when state = 'settled' then '{3}'::int[] when state = 'sent' then '{2}' when state = 'failed' then '{1,2,3,4}'
        when bank_account_id is null then '{0}' else '{1}' end from payouts) f
    left join outbox_sequence s on s.aggregate_type = f.kind and s.aggregate_id = f.id
    where coalesce(s.last_seq, 0)::int <> all (f.told) order by f.id`
}
