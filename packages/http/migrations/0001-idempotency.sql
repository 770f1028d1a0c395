-- One row per accepted Idempotency-Key: written in the transaction of the effect, or before it where a provider is called.
create table idempotency (
  tenant_id text not null,
  key text not null,
  route text not null,
  fingerprint text not null,
  state text not null check (state in ('started', 'done')),
  status smallint,
  headers jsonb,
  body text,
  created_at timestamptz(3) not null,
  primary key (tenant_id, route, key),
  check ((state = 'done') = (status is not null))
);

create index idempotency_created_at on idempotency (created_at);
