-- Turnover of every account, both sides, booked and pending; the check holds the floor whatever the code does.
create table accounts (
  tenant_id text not null,
  ref text not null,
  owner text not null,
  account text not null,
  currency text not null,
  normal_side text not null check (normal_side in ('debit', 'credit')),
  floor bigint,
  posted_debits bigint not null default 0 check (posted_debits >= 0),
  posted_credits bigint not null default 0 check (posted_credits >= 0),
  pending_debits bigint not null default 0 check (pending_debits >= 0),
  pending_credits bigint not null default 0 check (pending_credits >= 0),
  version bigint not null default 0,
  primary key (tenant_id, ref),
  constraint accounts_within_floor check (
    floor is null or floor <= case normal_side
      when 'credit' then posted_credits - posted_debits - pending_debits
      else posted_debits - posted_credits - pending_credits
    end
  )
);

create index accounts_by_owner on accounts (tenant_id, owner);

create table transactions (
  tenant_id text not null,
  id text not null,
  recipe text not null,
  cause text not null,
  reference text not null,
  undoes text,
  booked_as text not null check (booked_as in ('pending', 'posted')),
  state text not null check (state in ('pending', 'posted', 'voided')),
  effective_at timestamptz(3) not null,
  booked_at timestamptz(3) not null,
  resolved_by text,
  resolved_at timestamptz(3),
  primary key (tenant_id, id),
  constraint transactions_one_per_cause unique (tenant_id, cause, recipe),
  constraint transactions_one_per_reference unique (tenant_id, reference, recipe),
  constraint transactions_undone_once unique (tenant_id, undoes),
  check ((resolved_by is null) = (resolved_at is null)),
  check (resolved_at is not null or state = booked_as)
);

create table postings (
  tenant_id text not null,
  transaction_id text not null,
  position int not null,
  debit text not null,
  credit text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  primary key (tenant_id, transaction_id, position),
  foreign key (tenant_id, transaction_id) references transactions (tenant_id, id),
  foreign key (tenant_id, debit) references accounts (tenant_id, ref),
  foreign key (tenant_id, credit) references accounts (tenant_id, ref)
);

create index postings_by_debit on postings (tenant_id, debit, transaction_id);
create index postings_by_credit on postings (tenant_id, credit, transaction_id);

-- One row for each thing that happened to a transaction, chained by hash within the tenant.
create table journal (
  tenant_id text not null,
  seq bigint not null,
  transaction_id text not null,
  state text not null check (state in ('pending', 'posted', 'voided')),
  cause text not null,
  recorded_at timestamptz(3) not null,
  prev_hash text not null,
  hash text not null,
  primary key (tenant_id, seq),
  unique (tenant_id, transaction_id, state),
  foreign key (tenant_id, transaction_id) references transactions (tenant_id, id)
);

create index journal_by_cause on journal (tenant_id, cause);

-- The end of each tenant's chain; its lock is what puts the links in a row.
create table journal_heads (
  tenant_id text primary key,
  seq bigint not null,
  hash text not null
);

-- What is in the journal stays in the journal: only the end of a pending transaction may be written, once.
revoke update, delete, truncate on postings, journal from ${role};
revoke update, delete, truncate on transactions from ${role};
grant update (state, resolved_by, resolved_at) on transactions to ${role};
revoke delete, truncate on accounts, journal_heads from ${role};
