-- What one pay-in put into a wallet. Commits consume the oldest first, so that a settlement knows which pay-ins paid for it.
create table funding_lots (
  tenant_id text not null,
  pay_in_id text not null,
  party_id text not null,
  rail text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  remaining bigint not null check (remaining >= 0),
  -- What of it went to a debt of its party.
  recouped bigint not null default 0 check (recouped >= 0),
  cleared_at timestamptz(3) not null,
  returned_by text,
  returned_at timestamptz(3),
  check ((returned_by is null) = (returned_at is null)),
  check (returned_at is null or (remaining = 0 and recouped = 0)),
  primary key (tenant_id, pay_in_id)
);

create index funding_lots_left on funding_lots (tenant_id, party_id, currency, cleared_at, pay_in_id) where remaining > 0;

-- One committed collection: what a settlement is paid by, once it is settled.
create table payments (
  tenant_id text not null,
  collection_id text not null,
  invoice_id text not null,
  buyer_id text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  state text not null check (state in ('committed', 'settled', 'reversed')),
  committed_at timestamptz(3) not null,
  -- Once it is settled: into which settlement, and by what.
  settlement_id text,
  transaction_id text,
  settled_at timestamptz(3),
  reversed bigint not null default 0 check (reversed between 0 and amount),
  primary key (tenant_id, collection_id),
  check ((settlement_id is null) = (transaction_id is null) and (settlement_id is null) = (settled_at is null)),
  check (state <> 'settled' or settlement_id is not null)
);

create index payments_by_settlement on payments (tenant_id, settlement_id) where settlement_id is not null;

create index payments_unsettled on payments (tenant_id, buyer_id, currency, committed_at) where state = 'committed';

-- Which lots a payment stands on; without a pay-in it is money that no pay-in brought.
create table funding_uses (
  tenant_id text not null,
  collection_id text not null,
  pay_in_id text,
  amount bigint not null check (amount >= 0),
  constraint funding_uses_one_per_pay_in unique nulls not distinct (tenant_id, collection_id, pay_in_id),
  foreign key (tenant_id, collection_id) references payments (tenant_id, collection_id),
  foreign key (tenant_id, pay_in_id) references funding_lots (tenant_id, pay_in_id)
);

create index funding_uses_by_pay_in on funding_uses (tenant_id, pay_in_id) where amount > 0;

-- What was taken back of a leg, from which account: the sum for each leg is what of it is reversed.
create table settlement_reversals (
  tenant_id text not null,
  leg_id text not null,
  transaction_id text not null,
  account_ref text not null,
  pay_in_id text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  reversed_at timestamptz(3) not null,
  primary key (tenant_id, leg_id, transaction_id, account_ref),
  foreign key (tenant_id, leg_id) references settlement_legs (tenant_id, id)
);

revoke delete, truncate on funding_lots, payments, funding_uses from ${role};
revoke update, delete, truncate on settlement_reversals from ${role};
