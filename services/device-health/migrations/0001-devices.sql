-- state and last_heartbeat_at follow from the heartbeats and the clock; kept here so that a change can be told.
create table devices (
  id text primary key,
  tenant_id text not null,
  seller_id text not null,
  serial text not null,
  sku text not null,
  gpu_count int not null check (gpu_count between 1 and 1024),
  heartbeat_grace_seconds int not null check (heartbeat_grace_seconds between 1 and 604800),
  state text not null check (state in ('unknown', 'up', 'degraded', 'down', 'maintenance')),
  last_heartbeat_at timestamptz(3),
  registered_at timestamptz(3) not null,
  constraint devices_serial unique (tenant_id, seller_id, serial)
);
create index devices_by_tenant on devices (tenant_id, id desc);

-- What was reported. The availability log is a function of these rows and the grace.
create table heartbeats (
  device_id text not null references devices (id),
  at timestamptz(3) not null,
  tenant_id text not null,
  state text not null check (state in ('up', 'degraded', 'down', 'maintenance')),
  received_at timestamptz(3) not null,
  primary key (device_id, at)
);
revoke delete, truncate on heartbeats from ${role};

-- Which line a device serves, as contract events say; metered where the line is paid by usage.
create table assignments (
  line_id text not null,
  device_id text not null references devices (id),
  tenant_id text not null,
  contract_id text not null,
  metered boolean not null,
  serves_from timestamptz(3) not null,
  serves_until timestamptz(3),
  primary key (line_id, device_id)
);
create index assignments_by_device on assignments (tenant_id, device_id, serves_from);
create index assignments_by_contract on assignments (tenant_id, contract_id);

-- GPU-seconds as published; revision is the number of times they were.
create table usage_hours (
  line_id text not null,
  device_id text not null,
  hour timestamptz(3) not null,
  tenant_id text not null,
  contract_id text not null,
  total_gpu_seconds int not null check (total_gpu_seconds >= 0),
  revision int not null check (revision > 0),
  primary key (line_id, device_id, hour),
  foreign key (line_id, device_id) references assignments (line_id, device_id)
);
revoke delete, truncate on usage_hours from ${role};

create table sellers (
  tenant_id text not null,
  id text not null,
  roles jsonb not null,
  primary key (tenant_id, id)
);
