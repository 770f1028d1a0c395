-- What other services told us; each row is the latest event of its aggregate.
create table parties (
  tenant_id text not null,
  id text not null,
  roles jsonb not null,
  primary key (tenant_id, id)
);

create table devices (
  tenant_id text not null,
  id text not null,
  seller_id text not null,
  primary key (tenant_id, id)
);

-- Apart from devices, whose rows are locked while a device is put on a line.
create table device_states (
  tenant_id text not null,
  device_id text not null,
  state text not null,
  primary key (tenant_id, device_id)
);

create table contract_statuses (
  tenant_id text not null,
  contract_id text not null,
  sync jsonb,
  billing_status text not null default 'none',
  primary key (tenant_id, contract_id)
);
