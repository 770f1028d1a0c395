-- One row per resource of the API; `body` is exactly what a GET answers, `extra` is what the bank knows and the API never says.
create table resource (
  id uuid primary key,
  seq bigint generated always as identity,
  kind text not null,
  body jsonb not null,
  extra jsonb not null default '{}',
  discarded_at timestamptz
);
create unique index resource_by_kind on resource (kind, seq);
create index resource_by_body on resource using gin (body jsonb_path_ops);

-- Only 2xx answers are stored; `fingerprint` makes reuse of a key for another request loud.
create table idempotency_key (
  key text primary key,
  fingerprint text not null,
  status int not null,
  body text not null,
  created_at timestamptz not null
);

create table webhook_endpoint (
  id bigint generated always as identity primary key,
  url text not null unique,
  -- The receiver named by the environment: its address may be another one after every start.
  configured boolean not null default false
);
create unique index webhook_endpoint_configured on webhook_endpoint (configured) where configured;
