import type { Market } from './books.ts'

const AT_ONCE = 250_000
const BANK = 'platform:cash.wire:USD'

/**
 * Puts transactions into the books until there are `rows`, with their entries and links, set-based, as if they had been
 * booked before anything else was: every invariant of the audit holds afterwards. Indexes are made again at the end.
 */
export async function loadJournal(
  { database: { owner }, context }: Market,
  loaded: number,
  rows: number,
): Promise<void> {
  const { tenant } = context()
  const began = performance.now()
  await owner.sql.unsafe(`
    alter table transactions drop constraint transactions_pkey, drop constraint transactions_one_per_cause;
    alter table entries drop constraint entries_pkey`)
  await owner.sql.unsafe(accounts(tenant))
  for (let from = loaded; from < rows; from += AT_ONCE) {
    await owner.sql.unsafe(chunk(tenant, from, Math.min(AT_ONCE, rows - from)))
  }
  await owner.sql.unsafe(`
    set maintenance_work_mem = '512MB';
    alter table transactions add primary key (tenant_id, id),
      add constraint transactions_one_per_cause unique (tenant_id, cause, recipe);
    alter table entries add primary key (account_id, recorded_at, version);
    reset maintenance_work_mem`)
  await owner.sql.unsafe('vacuum analyze')
  await owner.sql.unsafe('checkpoint')
  console.log(`${rows - loaded} rows loaded in ${Math.round((performance.now() - began) / 1_000)} s`)
}

// Accounts of its own: the bank and ten thousand parties. Its lane the engine may write to as well, between two loads.
function accounts(tenant: string): string {
  return `
    insert into journal_heads (tenant_id, lane, link, hash) values ('${tenant}', 100, 0, repeat('0', 64))
    on conflict do nothing;
    insert into accounts (tenant_id, ref, owner, account, currency, normal_side, floor, posted_debits, posted_credits,
      pending_debits, pending_credits, version, checksum, changed_at)
    select '${tenant}', ref, owner, account, 'USD', side, floor, 0, 0, 0, 0, 0, 0, timestamptz '2020-01-01' from (
      select 'pty_' || lpad(p::text, 26, '0') || ':payout_in_transit:USD' as ref, 'pty_' || lpad(p::text, 26, '0') as owner,
        'payout_in_transit' as account, 'credit' as side, 0 as floor from generate_series(0, 9999) p
      union all select '${BANK}', 'platform', 'cash.wire', 'debit', null) a on conflict do nothing`
}

// The g-th transaction, from nothing but its number: one posting from the bank to one of the parties, each ten milliseconds.
const ID = "('txn_' || lpad(g::text, 26, '0'))"
const CAUSE = "('history-' || g)"
const PARTY = "('pty_' || lpad((g % 10000)::text, 26, '0') || ':payout_in_transit:USD')"
const AT = "(timestamptz '2020-01-01' + g * interval '10 ms')"
const AT_MS = '(1577836800000 + g * 10)'
const TEXT = `concat_ws(E'\\x1f', 'posted', ${CAUSE}, ${ID}, 'bench.history', ${CAUSE}, '', '', 'posted', 'bench', ${AT_MS}, ${AT_MS},
  '', '${BANK}', ${PARTY}, '100')`

function chunk(tenant: string, from: number, count: number): string {
  const series = `generate_series(${from}::bigint, ${from + count - 1}) g`
  return `
  do $$
  declare prev text; head bigint; next text; bank bigint;
  begin
    select link, hash into head, prev from journal_heads where tenant_id = '${tenant}' and lane = 100;
    insert into transactions (tenant_id, id, recipe, cause, reference, undoes, booked_as, state, actor, effective_at,
      booked_at, lane, link, debits, credits, amounts)
    select '${tenant}', ${ID}, 'bench.history', ${CAUSE}, null, null, 'posted', 'posted', 'bench', ${AT},
      ${AT}, 100, head + 1 + (g - ${from}) / 1000, array['${BANK}'], array[${PARTY}], array[100]
    from ${series};
    select id into bank from accounts where tenant_id = '${tenant}' and ref = '${BANK}';
    insert into entries (tenant_id, account_id, recorded_at, version, transaction_id, movement, effective_at, late, debit,
      credit, posted_debits, posted_credits, pending_debits, pending_credits)
    select '${tenant}', a.id, ${AT}, g / 10000 + 1, ${ID}, 'posted', ${AT}, false, 0, 100, 0, (g / 10000 + 1) * 100, 0, 0
    from ${series} join accounts a on a.tenant_id = '${tenant}' and a.ref = ${PARTY}
    union all
    select '${tenant}', bank, ${AT}, g + 1, ${ID}, 'posted', ${AT}, false, 100, 0, (g + 1) * 100, 0, 0, 0 from ${series};
    update accounts a set posted_credits = a.posted_credits + s.n * 100, version = a.version + s.n
    from (select ${PARTY} as ref, count(*) as n from ${series} group by 1) s
    where a.tenant_id = '${tenant}' and a.ref = s.ref;
    update accounts set posted_debits = posted_debits + ${count} * 100, version = version + ${count} where id = bank;
    for n in head + 1 .. head + ${count} / 1000 loop
      insert into journal (tenant_id, lane, link, recorded_at, transaction_ids, states, causes, prev_hash, hash)
      select '${tenant}', 100, n, timestamptz '2020-01-01', array_agg(${ID} order by g), array_agg('posted'::text), array_agg(${CAUSE} order by g),
        prev, encode(sha256(convert_to(prev || E'\\n100\\n' || n || E'\\n1577836800000' || string_agg(E'\\n' || ${TEXT}, '' order by g), 'UTF8')), 'hex')
      from generate_series(${from} + (n - head - 1) * 1000, ${from} + (n - head) * 1000 - 1) g
      returning hash into next;
      prev := next;
    end loop;
    update journal_heads set link = head + ${count} / 1000, hash = prev where tenant_id = '${tenant}' and lane = 100;
  end $$`
}
