create table settlements (
  tenant_id text not null,
  id text not null,
  invoice_id text not null,
  contract_id text not null,
  buyer_id text not null,
  gross bigint not null,
  currency text not null,
  -- The split of each invoice line, computed once: every payment and every undo follows it.
  lines jsonb not null,
  state text not null check (state in ('seasoning', 'awaiting_payment', 'completed')),
  opened_at timestamptz(3) not null,
  completed_at timestamptz(3),
  primary key (tenant_id, id),
  constraint settlements_one_per_invoice unique (tenant_id, invoice_id)
);

-- Who gets what of the whole invoice; legs are parts of shares, made by payments.
create table settlement_shares (
  tenant_id text not null,
  settlement_id text not null,
  position int not null,
  kind text not null check (kind in ('seller_net', 'partner', 'referral', 'host', 'platform_fee')),
  party_id text,
  amount bigint not null check (amount > 0),
  currency text not null,
  primary key (tenant_id, settlement_id, position),
  foreign key (tenant_id, settlement_id) references settlements (tenant_id, id)
);

create table settlement_legs (
  tenant_id text not null,
  id text not null,
  settlement_id text not null,
  position int not null,
  share int not null,
  collection_id text not null,
  kind text not null check (kind in ('seller_net', 'partner', 'referral', 'host', 'platform_fee')),
  from_ref text not null,
  to_ref text not null,
  party_id text,
  amount bigint not null check (amount > 0),
  reversed bigint not null check (reversed between 0 and amount),
  -- What of it went to a debt of its party when it was released or came back from a payout.
  recouped bigint not null default 0 check (recouped between 0 and amount),
  currency text not null,
  state text not null check (state in ('seasoning', 'booked', 'released', 'reversed')),
  due_at timestamptz(3),
  transaction_id text not null,
  released_by text,
  released_at timestamptz(3),
  primary key (tenant_id, id),
  unique (tenant_id, settlement_id, position),
  foreign key (tenant_id, settlement_id) references settlements (tenant_id, id),
  foreign key (tenant_id, settlement_id, share) references settlement_shares (tenant_id, settlement_id, position)
);

create index settlement_legs_by_party on settlement_legs (tenant_id, party_id, settlement_id);

revoke delete, truncate on settlements, settlement_shares, settlement_legs from ${role};
