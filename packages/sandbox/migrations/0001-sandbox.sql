create schema if not exists sandbox;

create table sandbox.faults (
  id bigint generated always as identity primary key,
  match jsonb not null,
  effect text not null,
  status int,
  delay_ms int,
  remaining int check (remaining >= 0),
  used int not null default 0
);

create table sandbox.due_work (
  id bigint generated always as identity primary key,
  kind text not null,
  key text not null,
  due_at timestamptz not null,
  data jsonb not null,
  failures int not null default 0,
  last_error text,
  unique (kind, key)
);
create index on sandbox.due_work (due_at, id);

create table sandbox.webhook_deliveries (
  id bigint generated always as identity primary key,
  message_id text not null,
  endpoint text not null,
  event_type text not null,
  url text not null,
  headers jsonb not null,
  body text not null,
  status text not null default 'pending' check (status in ('pending', 'delivered', 'failed', 'dropped')),
  held boolean not null default false,
  attempts int not null default 0,
  created_at timestamptz not null,
  next_attempt_at timestamptz,
  last_attempt_at timestamptz,
  last_status int,
  last_error text
);
create index on sandbox.webhook_deliveries (next_attempt_at, id) where status = 'pending';
create index on sandbox.webhook_deliveries (message_id);
