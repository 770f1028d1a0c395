create table mirrors (
  contract_id text primary key,
  tenant_id text not null,
  contract jsonb not null,
  contract_version int not null,
  synced_version int not null default 0,
  sync_state text not null check (sync_state in ('pending', 'synced', 'retrying', 'failed', 'drifted')),
  openmeter_customer_id text,
  openmeter_subscription_id text,
  subscription_from timestamptz(3),
  attempts int not null default 0,
  last_error text,
  next_attempt_at timestamptz(3),
  updated_at timestamptz(3) not null
);
create index mirrors_by_tenant on mirrors (tenant_id, contract_id);

create table usage_events (
  id text primary key,
  tenant_id text not null,
  contract_id text not null,
  line_id text not null,
  device_id text not null,
  hour timestamptz(3) not null,
  gpu_hours numeric(20, 4) not null,
  recorded_at timestamptz(3) not null,
  sent_at timestamptz(3)
);
create index usage_events_unsent on usage_events (contract_id, id) where sent_at is null;
create index usage_events_by_contract on usage_events (tenant_id, contract_id, hour);
