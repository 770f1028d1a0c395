import type { Market } from './books.ts'

const AT_ONCE = 100_000

/**
 * Puts transactions into the books until there are `rows`, with their entries and links, set-based, as if they had been booked before
 * anything else was: every invariant of the audit holds afterwards.
 */
export async function loadJournal(
  { database: { owner }, context }: Market,
  loaded: number,
  rows: number,
): Promise<void> {
  const { tenant } = context()
  const began = performance.now()
  // A lane of its own, and accounts of its own: one posting each from the bank to one of ten thousand parties.
  await owner.sql`
    insert into journal_heads (tenant_id, lane, link, hash) values (${tenant}, 100, 0, repeat('0', 64))
    on conflict do nothing`
  for (let from = loaded; from < rows; from += AT_ONCE) {
    await owner.sql.unsafe(chunk(tenant, from, Math.min(AT_ONCE, rows - from)))
  }
  await owner.sql.unsafe('vacuum analyze')
  console.log(`${rows - loaded} rows loaded in ${Math.round((performance.now() - began) / 1_000)} s`)
}

function chunk(tenant: string, from: number, count: number): string {
  const pad = "lpad(g::text, 26, '0')"
  const party = "'pty_' || lpad((g % 10000)::text, 26, '0')"
  const at = "timestamptz '2020-01-01' + g * interval '10 ms'"
  return `
  do $$
  declare prev text; head bigint; n bigint; next text;
  begin
    insert into accounts (tenant_id, ref, owner, account, currency, normal_side, floor, posted_debits, posted_credits,
      pending_debits, pending_credits, version, checksum, changed_at)
    select '${tenant}', ref, owner, account, 'USD', side, floor, 0, 0, 0, 0, 0, 0, timestamptz '2020-01-01' from (
      select 'pty_' || lpad(p::text, 26, '0') || ':payout_in_transit:USD' as ref, 'pty_' || lpad(p::text, 26, '0') as owner,
        'payout_in_transit' as account, 'credit' as side, 0 as floor from generate_series(0, 9999) p
      union all select 'platform:cash.wire:USD', 'platform', 'cash.wire', 'debit', null) a on conflict do nothing;
    insert into transactions (tenant_id, id, recipe, cause, reference, undoes, booked_as, state, actor, effective_at,
      booked_at, lane, link, debits, credits, amounts)
    select '${tenant}', 'txn_' || ${pad}, 'bench.history', 'history-' || g, null, null, 'posted', 'posted', 'bench', ${at},
      ${at}, 100, g / 1000 + 1, array['platform:cash.wire:USD'], array[${party} || ':payout_in_transit:USD'], array[100]
    from generate_series(${from}, ${from + count - 1}) g;
    insert into entries (tenant_id, account_id, recorded_at, version, transaction_id, movement, effective_at, late, debit,
      credit, posted_debits, posted_credits, pending_debits, pending_credits)
    select '${tenant}', a.id, ${at}, g / 10000 + 1, 'txn_' || ${pad}, 'posted', ${at}, false, 0, 100, 0,
      (g / 10000 + 1) * 100, 0, 0
    from generate_series(${from}, ${from + count - 1}) g
      join accounts a on a.tenant_id = '${tenant}' and a.ref = ${party} || ':payout_in_transit:USD'
    union all
    select '${tenant}', a.id, ${at}, g + 1, 'txn_' || ${pad}, 'posted', ${at}, false, 100, 0, (g + 1) * 100, 0, 0, 0
    from generate_series(${from}, ${from + count - 1}) g
      join accounts a on a.tenant_id = '${tenant}' and a.ref = 'platform:cash.wire:USD';
    update accounts a set posted_credits = a.posted_credits + s.n * 100, version = a.version + s.n
    from (select ${party} || ':payout_in_transit:USD' as ref, count(*) as n
      from generate_series(${from}, ${from + count - 1}) g group by 1) s
    where a.tenant_id = '${tenant}' and a.ref = s.ref;
    update accounts set posted_debits = posted_debits + ${count} * 100, version = version + ${count}
    where tenant_id = '${tenant}' and ref = 'platform:cash.wire:USD';
    select link, hash into head, prev from journal_heads where tenant_id = '${tenant}' and lane = 100;
    for n in head + 1 .. head + ${count} / 1000 loop
      insert into journal (tenant_id, lane, link, recorded_at, transaction_ids, states, causes, prev_hash, hash)
      select '${tenant}', 100, n, timestamptz '2020-01-01', array_agg(t.id order by t.id),
        array_agg(t.state order by t.id), array_agg(t.cause order by t.id), prev,
        encode(sha256(convert_to(prev || E'\\n100\\n' || n || E'\\n' || (extract(epoch from timestamptz '2020-01-01') * 1000)::bigint
          || string_agg(E'\\n' || concat_ws(E'\\x1f', t.state, t.cause, t.id, t.recipe, t.cause, '', '', t.booked_as, t.actor,
            (extract(epoch from t.effective_at) * 1000)::bigint, (extract(epoch from t.booked_at) * 1000)::bigint, '',
            array_to_string(t.debits, ','), array_to_string(t.credits, ','), array_to_string(t.amounts, ',')), ''
            order by t.id), 'UTF8')), 'hex')
      from transactions t where t.tenant_id = '${tenant}' and t.id >= 'txn_' || lpad(((n - 1) * 1000)::text, 26, '0')
        and t.id < 'txn_' || lpad((n * 1000)::text, 26, '0')
      returning hash into next;
      prev := next;
    end loop;
    update journal_heads set link = head + ${count} / 1000, hash = prev where tenant_id = '${tenant}' and lane = 100;
  end $$`
}
