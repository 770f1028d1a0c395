-- What Modern Treasury holds of the books, as far as it is known here. One ledger there for each tenant.
create table mirror_ledgers (
  tenant_id text primary key,
  -- Theirs; null until it is made.
  ledger_id text unique,
  failures int not null default 0,
  -- The next attempt after a failure, or after something that takes time there.
  not_before timestamptz(3) not null,
  last_error text,
  -- When it was last compared as a whole.
  audited_at timestamptz(3)
);

-- How far each lane of the journal is mirrored: every link up to this one.
create table mirror_positions (
  tenant_id text not null,
  lane smallint not null,
  link bigint not null,
  primary key (tenant_id, lane)
) with (fillfactor = 50);

-- An account there, and what it holds by all copies that are known to be there.
create table mirror_accounts (
  tenant_id text not null,
  ref text not null,
  ledger_account_id text not null unique,
  posted_debits bigint not null default 0,
  posted_credits bigint not null default 0,
  pending_debits bigint not null default 0,
  pending_credits bigint not null default 0,
  changed_at timestamptz(3) not null,
  primary key (tenant_id, ref)
) with (fillfactor = 60);
create index mirror_accounts_changed on mirror_accounts (changed_at);

-- A transaction, or a part of one with very many accounts, as a ledger transaction there. What is asked is committed
-- before it is asked, what is known after it is: between the two somebody has to look.
create table mirror_copies (
  tenant_id text not null,
  external_id text not null,
  transaction_id text not null,
  ledger_transaction_id text unique,
  -- How it was first asked for: repeated only word for word.
  made_as text not null check (made_as in ('pending', 'posted')),
  asked text not null check (asked in ('pending', 'posted', 'voided')),
  state text check (state in ('pending', 'posted', 'voided')),
  -- The bulk request that was to make it, until its result is known.
  batch text,
  -- Why it will not be there; set aside until somebody asks again.
  problem text,
  changed_at timestamptz(3) not null,
  primary key (tenant_id, external_id)
) with (fillfactor = 80);
create index mirror_copies_by_transaction on mirror_copies (tenant_id, transaction_id);
create index mirror_copies_open on mirror_copies (tenant_id, external_id)
  where state is distinct from asked and problem is null;
create index mirror_copies_refused on mirror_copies (tenant_id, external_id) where problem is not null;

-- What the last audit found to differ.
create table mirror_findings (
  tenant_id text not null,
  row text not null,
  detail text not null,
  found_at timestamptz(3) not null,
  primary key (tenant_id, row)
);

-- When the mirror was last compared as a whole; one row.
create table mirror_audits (
  one boolean primary key default true check (one),
  audited_at timestamptz(3) not null
);

revoke delete, truncate on mirror_positions, mirror_accounts, mirror_copies from ${role};
