create table parties (
  id text primary key,
  tenant_id text not null,
  name text not null,
  kind text not null check (kind in ('business', 'individual')),
  roles text[] not null,
  email text not null,
  state text not null check (state in ('pending', 'onboarded', 'failed')),
  failure text,
  legal_entity_id text,
  counterparty_id text,
  created_at timestamptz(3) not null
);
create index parties_by_tenant on parties (tenant_id, created_at desc, id desc);

-- No column for an account number: the bank partner alone knows it.
create table bank_accounts (
  id text primary key,
  tenant_id text not null,
  party_id text not null references parties (id),
  currency text not null,
  account_type text not null check (account_type in ('checking', 'savings')),
  last4 text not null check (last4 ~ '^\d{4}$'),
  state text not null check (state in ('pending', 'active', 'failed')),
  failure text,
  external_account_id text,
  created_at timestamptz(3) not null
);
create index bank_accounts_by_party on bank_accounts (tenant_id, party_id, created_at);

create table pay_ins (
  id text primary key,
  tenant_id text not null,
  party_id text not null references parties (id),
  bank_account_id text not null references bank_accounts (id),
  rail text not null check (rail in ('ach')),
  amount bigint not null check (amount > 0),
  currency text not null,
  state text not null check (state in ('submitted', 'processing', 'cleared', 'failed')),
  failure text,
  payment_order_id text unique,
  created_at timestamptz(3) not null,
  cleared_at timestamptz(3)
);
create index pay_ins_by_tenant on pay_ins (tenant_id, created_at desc, id desc);
create index pay_ins_open on pay_ins (id) where state = 'processing';

create table payouts (
  id text primary key,
  tenant_id text not null,
  party_id text not null,
  bank_account_id text references bank_accounts (id),
  rail text not null check (rail in ('ach')),
  amount bigint not null check (amount > 0),
  currency text not null,
  state text not null check (state in ('requested', 'reserved', 'sent', 'settled', 'failed')),
  failure text,
  payment_order_id text unique,
  cash_out_id text not null unique,
  -- The settlement legs that are paid out, as the ledger named them.
  legs jsonb not null,
  created_at timestamptz(3) not null,
  settled_at timestamptz(3)
);
create index payouts_by_tenant on payouts (tenant_id, created_at desc, id desc);
create index payouts_open on payouts (id) where state = 'sent';
create index payouts_waiting on payouts (tenant_id, party_id) where bank_account_id is null;

create table webhook_messages (
  message_id text primary key,
  topic text not null,
  payment_order_id text,
  received_at timestamptz(3) not null,
  payload jsonb not null
);
