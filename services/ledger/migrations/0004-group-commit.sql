-- Requests that arrive together are written together: one row for each transaction, one for each account it touched,
-- one link of a chain for each commit. Foreign keys are left to the audit: they cost a look-up for each row.
do $$ begin
  if exists (select 1 from transactions) then
    raise exception 'this ledger was booked by an older version: start with a fresh data folder';
  end if;
end $$;

drop table journal, journal_heads, postings, transactions, accounts;

create table accounts (
  tenant_id text not null,
  id bigint generated always as identity unique,
  ref text not null,
  owner text not null,
  account text not null,
  currency text not null,
  normal_side text not null check (normal_side in ('debit', 'credit')),
  floor bigint,
  posted_debits bigint not null,
  posted_credits bigint not null,
  pending_debits bigint not null,
  pending_credits bigint not null,
  version bigint not null,
  -- Of the balance and its version: whoever changes one by hand is found when the account is next touched.
  checksum bigint not null,
  changed_at timestamptz(3) not null,
  state text not null default 'open' check (state in ('open', 'frozen', 'closed')),
  state_reason text,
  primary key (tenant_id, ref),
  -- One check for the four: each is read and made ready anew by every statement.
  constraint accounts_turnover_positive check (
    least(posted_debits, posted_credits, pending_debits, pending_credits) >= 0
  ),
  constraint accounts_within_floor check (
    floor is null or floor <= case normal_side
      when 'credit' then posted_credits - posted_debits - pending_debits
      else posted_debits - posted_credits - pending_credits
    end
  )
) with (fillfactor = 60);

create index accounts_by_owner on accounts (tenant_id, owner);

create table transactions (
  tenant_id text not null,
  id text not null,
  recipe text not null,
  cause text not null,
  reference text,
  undoes text,
  booked_as text not null,
  state text not null,
  actor text not null,
  effective_at timestamptz(3) not null,
  booked_at timestamptz(3) not null,
  expires_at timestamptz(3),
  resolved_by text,
  resolved_at timestamptz(3),
  -- The link of the journal that recorded the booking.
  lane smallint not null,
  link bigint not null,
  -- One element for each posting; the currency is in the refs.
  debits text[] not null,
  credits text[] not null,
  amounts bigint[] not null,
  primary key (tenant_id, id),
  constraint transactions_one_per_cause unique (tenant_id, cause, recipe),
  -- One check for all, as with accounts.
  constraint transactions_sound check (
    booked_as in ('pending', 'posted') and state in ('pending', 'posted', 'voided')
    and (resolved_by is null) = (resolved_at is null) and (resolved_at is not null or state = booked_as)
    and cardinality(debits) = cardinality(credits) and cardinality(debits) = cardinality(amounts)
    and 0 < all (amounts)
  )
) with (fillfactor = 95);

-- Nobody asks what is inside: to sort samples of whole lists is most of the work of analysing the table.
alter table transactions alter column debits set statistics 0, alter column credits set statistics 0,
  alter column amounts set statistics 0;

create unique index transactions_one_per_reference on transactions (tenant_id, reference, recipe)
  where reference is not null;
create unique index transactions_undone_once on transactions (tenant_id, undoes) where undoes is not null;
create index transactions_resolved_by on transactions (tenant_id, resolved_by) where resolved_by is not null;
create index transactions_expiring on transactions (expires_at) where state = 'pending' and expires_at is not null;

-- What a transaction did to an account, and what the account held after it: balances as of any time are one look-up.
create table entries (
  tenant_id text not null,
  account_id bigint not null,
  recorded_at timestamptz(3) not null,
  version bigint not null,
  transaction_id text not null,
  movement text not null check (movement in ('pending', 'posted', 'settled', 'voided')),
  effective_at timestamptz(3) not null,
  -- Whether it was not recorded within a minute of being effective: found by an index of its own.
  late boolean not null,
  debit bigint not null,
  credit bigint not null,
  posted_debits bigint not null,
  posted_credits bigint not null,
  pending_debits bigint not null,
  pending_credits bigint not null,
  primary key (account_id, recorded_at, version)
);

create index entries_late on entries (account_id, effective_at) where late;

-- One row for each commit, chained by hash over everything it recorded. Each commit takes a lane that is free, so that
-- no commit waits for another's.
create table journal (
  tenant_id text not null,
  lane smallint not null,
  link bigint not null,
  recorded_at timestamptz(3) not null,
  transaction_ids text[] not null,
  states text[] not null,
  causes text[] not null,
  prev_hash text not null,
  hash text not null,
  primary key (tenant_id, lane, link)
);

alter table journal alter column transaction_ids set storage external;
alter table journal alter column states set storage extended;
alter table journal alter column causes set storage external;
alter table journal alter column transaction_ids set statistics 0, alter column states set statistics 0,
  alter column causes set statistics 0;

create table journal_heads (
  tenant_id text not null,
  lane smallint not null,
  link bigint not null,
  hash text not null,
  primary key (tenant_id, lane)
) with (fillfactor = 50);

-- Nothing may be effective in a closed period any more.
create table closings (
  tenant_id text not null,
  closed_through timestamptz(3) not null,
  closed_at timestamptz(3) not null,
  closed_by text not null,
  primary key (tenant_id, closed_through)
);

-- What is in the journal stays in the journal: only the end of a pending transaction may be written, once.
revoke update, delete, truncate on entries, journal, closings from ${role};
revoke update, delete, truncate on transactions from ${role};
grant update (state, resolved_by, resolved_at) on transactions to ${role};
revoke delete, truncate on accounts, journal_heads from ${role};
