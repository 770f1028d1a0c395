-- Events of this service, never changed. pos is taken while the aggregate's row of outbox_sequence is locked, so within an
-- aggregate pos and aggregate_seq rise together; between aggregates pos may commit out of order and nothing depends on it.
create table outbox (
  pos bigint generated always as identity (cache 1) primary key,
  event_id uuid not null unique,
  tenant_id text not null,
  type text not null,
  version int not null,
  aggregate_type text not null,
  aggregate_id text not null,
  aggregate_seq bigint not null check (aggregate_seq > 0),
  data json not null,
  correlation_id text not null,
  causation_id text,
  actor text not null,
  traceparent text,
  occurred_at timestamptz(3) not null,
  created_at timestamptz not null default clock_timestamp(),
  unique (aggregate_type, aggregate_id, aggregate_seq)
);

-- Nobody asks what is inside: it is kept as it was written, for taking it apart and compressing it cost more than all
-- else about an event, and to sort a sample of whole events is most of the work of analysing the table.
alter table outbox alter column data set statistics 0, alter column data set storage external;

-- How far each event has come. Apart from the event, because marking a narrow row costs a quarter of marking a wide one.
create table outbox_publication (
  pos bigint primary key,
  published_at timestamptz,
  stream_seq bigint,
  replays int not null default 0,
  blocked_reason text
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
create index outbox_pending on outbox_publication (pos) where published_at is null;
create index outbox_blocked on outbox_publication (pos) where blocked_reason is not null;

create table outbox_sequence (
  aggregate_type text not null,
  aggregate_id text not null,
  tenant_id text not null,
  last_seq bigint not null,
  primary key (aggregate_type, aggregate_id)
) with (fillfactor = 70);

-- One relay at a time. Times are the database's; epoch rises with every change of holder. stream_* is how far the broker
-- had come: what tells a wiped or rolled back stream from a healthy one.
create table relay_lease (
  name text primary key,
  holder uuid not null,
  epoch bigint not null,
  expires_at timestamptz not null,
  stream_created text,
  stream_last_seq bigint not null default 0
);

create table inbox (
  consumer text not null,
  event_id uuid not null,
  tenant_id text not null,
  outcome text not null default 'applied',
  settled_at timestamptz not null default clock_timestamp(),
  primary key (event_id, consumer)
);

-- last_seq: the last event of the aggregate that is settled here. blocked: what follows is parked. retry_*: being tried again.
create table consumer_cursor (
  consumer text not null,
  aggregate_type text not null,
  aggregate_id text not null,
  tenant_id text not null,
  last_seq bigint not null,
  blocked boolean not null default false,
  retry_seq bigint,
  retry_event_id uuid,
  retry_reason text,
  retry_at timestamptz,
  primary key (consumer, aggregate_type, aggregate_id)
) with (fillfactor = 70);

create index consumer_cursor_retrying on consumer_cursor (retry_event_id) where retry_event_id is not null;

create table parked (
  id text primary key,
  consumer text not null,
  event_id uuid not null,
  tenant_id text not null,
  type text not null,
  aggregate_type text not null,
  aggregate_id text not null,
  aggregate_seq bigint not null,
  envelope text not null,
  code text not null,
  error text not null,
  attempts int not null,
  status text not null default 'parked' check (status in ('parked', 'replayed', 'skipped')),
  parked_at timestamptz not null default clock_timestamp(),
  resolved_at timestamptz,
  resolved_by text,
  unique (event_id, consumer)
);
create index parked_open on parked (consumer, aggregate_type, aggregate_id, aggregate_seq) where status = 'parked';
