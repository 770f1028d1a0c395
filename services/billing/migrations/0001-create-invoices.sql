create table contracts (
  id text primary key,
  tenant_id text not null,
  contract jsonb not null,
  version int not null,
  billing_status text not null check (billing_status in ('none', 'current', 'due', 'past_due', 'delinquent', 'settled'))
);

create table invoice_numbers (
  tenant_id text primary key,
  last_number bigint not null
);

create table invoices (
  id text primary key,
  tenant_id text not null,
  contract_id text not null,
  buyer_id text not null,
  openmeter_invoice_id text not null,
  number text not null,
  state text not null check (state in ('issued', 'partially_paid', 'paid', 'past_due')),
  currency text not null,
  total bigint not null check (total >= 0),
  amount_paid bigint not null check (amount_paid between 0 and total),
  rated_total bigint not null,
  period_from timestamptz(3) not null,
  period_to timestamptz(3) not null,
  issued_at timestamptz(3) not null,
  due_at timestamptz(3) not null,
  paid_at timestamptz(3),
  platform_fee_rate text not null,
  splits jsonb not null,
  lines jsonb not null,
  unique (tenant_id, number),
  unique (openmeter_invoice_id, buyer_id)
);
create index invoices_by_tenant on invoices (tenant_id, issued_at desc, id desc);
create index invoices_open_by_buyer on invoices (tenant_id, buyer_id, due_at) where state <> 'paid';
create index invoices_by_contract on invoices (tenant_id, contract_id, issued_at desc, id desc);

create table collections (
  id text primary key,
  tenant_id text not null,
  invoice_id text not null references invoices (id),
  attempt int not null,
  state text not null check (state in ('requested', 'committed', 'refused', 'reversed')),
  amount bigint not null check (amount > 0),
  -- What of a committed amount was taken back.
  reversed bigint not null check (reversed between 0 and amount),
  currency text not null,
  refusal jsonb,
  requested_at timestamptz(3) not null,
  answered_at timestamptz(3),
  unique (invoice_id, attempt)
);

create table webhook_messages (
  message_id text primary key,
  event_type text not null,
  openmeter_invoice_id text,
  received_at timestamptz(3) not null,
  payload jsonb not null
);

create table openmeter_watermark (
  one boolean primary key check (one),
  seen_until text not null
);
