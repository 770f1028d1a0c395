-- A timer or an activity that waits for its moment; the row is gone once it has happened.
create table timers (
  id text primary key,
  tenant_id text not null,
  kind text not null,
  key text not null,
  due_at timestamptz(3) not null,
  data jsonb not null,
  holds_clock boolean not null,
  state text not null default 'waiting' check (state in ('waiting', 'failing', 'given_up')),
  attempt integer not null default 0,
  last_error text,
  -- Grows with every schedule of the same key: who began on an older one must not end a newer one.
  version integer not null default 1,
  written_by xid8 not null default pg_current_xact_id(),
  -- The lease of an activity, by the clock of the database; claims is its fencing token.
  locked_until timestamptz,
  claims integer not null default 0,
  scheduled_by text not null,
  correlation_id text not null,
  causation_id text,
  traceparent text,
  unique (tenant_id, kind, key)
);
create index timers_due on timers (due_at, id) where state <> 'given_up';

-- Recurring work of the whole service; runs that were missed are one run.
create table sweeps (
  kind text primary key,
  due_at timestamptz(3) not null,
  last_error text,
  locked_until timestamptz,
  claims integer not null default 0
);
