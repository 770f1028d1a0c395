create table customers (
  id text primary key,
  key text,
  name text not null,
  description text,
  metadata jsonb,
  primary_email text,
  currency text,
  billing_address jsonb,
  subject_keys text[],
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);
create unique index on customers (key) where deleted_at is null;

create table meters (
  id text primary key,
  slug text not null,
  name text not null,
  description text,
  metadata jsonb,
  aggregation text not null,
  event_type text not null,
  event_from timestamptz,
  value_property text,
  group_by jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);
create unique index on meters (slug) where deleted_at is null;

create table features (
  id text primary key,
  key text not null,
  name text not null,
  metadata jsonb,
  meter_id text references meters,
  filters jsonb not null,
  unit_cost jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz
);
create unique index on features (key) where archived_at is null;

create table events (
  source text not null,
  id text not null,
  type text not null,
  subject text not null,
  time timestamptz not null,
  data jsonb,
  document jsonb not null,
  validation_error text,
  ingested_at timestamptz not null,
  primary key (source, id)
);
create index on events (type, subject, time);
create index on events (time desc);

create table apps (
  id text primary key,
  type text not null,
  name text not null,
  description text,
  metadata jsonb,
  draft_sync_hook boolean not null default false,
  issuing_sync_hook boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);

create table billing_profiles (
  id text primary key,
  name text not null,
  description text,
  metadata jsonb,
  supplier jsonb not null,
  workflow jsonb not null,
  app_id text not null references apps,
  is_default boolean not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);
create unique index on billing_profiles (is_default) where is_default and deleted_at is null;

create table customer_overrides (
  customer_id text primary key references customers,
  billing_profile_id text references billing_profiles,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table subscriptions (
  id text primary key,
  customer_id text not null references customers,
  name text not null,
  description text,
  metadata jsonb,
  annotations jsonb not null,
  currency text not null,
  billing_cadence text not null,
  billing_anchor timestamptz not null,
  pro_rating jsonb not null,
  settlement_mode text not null,
  active_from timestamptz not null,
  active_to timestamptz,
  phases jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);
create index on subscriptions (customer_id);

create table invoices (
  id text primary key,
  customer_id text not null references customers,
  currency text not null,
  number text not null,
  description text,
  metadata jsonb,
  status text not null,
  supplier jsonb not null,
  customer jsonb not null,
  profile_id text not null references billing_profiles,
  app_id text not null references apps,
  workflow jsonb not null,
  totals jsonb not null,
  period_from timestamptz,
  period_to timestamptz,
  external_ids jsonb not null,
  validation_issues jsonb not null,
  collection_at timestamptz,
  draft_until timestamptz,
  quantity_snapshoted_at timestamptz,
  issued_at timestamptz,
  due_at timestamptz,
  voided_at timestamptz,
  sent_to_customer_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);
create index on invoices (customer_id, currency);
create unique index on invoices (customer_id, currency) where status = 'gathering';

create table invoice_lines (
  id text primary key,
  invoice_id text not null references invoices,
  unique_ref text,
  managed_by text not null,
  name text not null,
  description text,
  metadata jsonb,
  currency text not null,
  feature_key text,
  price jsonb not null,
  discounts jsonb not null,
  tax_config jsonb,
  period_from timestamptz not null,
  period_to timestamptz not null,
  invoice_at timestamptz not null,
  subscription jsonb,
  subscription_id text,
  quantity numeric,
  metered_quantity numeric,
  children jsonb not null,
  totals jsonb not null,
  external_ids jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);
create index on invoice_lines (invoice_id);
create index on invoice_lines (subscription_id);
create unique index on invoice_lines (unique_ref) where deleted_at is null;

create table number_sequences (name text primary key, last int not null);

create table notification_channels (
  id text primary key,
  name text not null,
  url text not null,
  disabled boolean not null,
  custom_headers jsonb not null,
  signing_secret text not null,
  metadata jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);

create table notification_rules (
  id text primary key,
  type text not null,
  name text not null,
  disabled boolean not null,
  channels text[] not null,
  metadata jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);

create table notification_events (
  id text primary key,
  type text not null,
  rule_id text not null references notification_rules,
  channels text[] not null,
  payload jsonb not null,
  created_at timestamptz not null
);
