-- The head of a contract: what verbs lock, and the fold of its log as of folded_at.
create table contracts (
  id text primary key,
  tenant_id text not null,
  buyer_id text not null,
  lifecycle text not null check (lifecycle in ('draft', 'active', 'ended')),
  version int not null check (version > 0),
  state jsonb not null,
  folded_at timestamptz(3) not null,
  created_at timestamptz(3) not null
);
create index contracts_by_tenant on contracts (tenant_id, id desc);
create index contracts_by_buyer on contracts (tenant_id, buyer_id, id desc);

-- The contract itself.
create table contract_edits (
  contract_id text not null references contracts (id),
  seq int not null check (seq > 0),
  id text not null unique,
  tenant_id text not null,
  operation text not null check (operation in ('create', 'add_line', 'activate', 'terminate')),
  payload jsonb not null,
  effective_at timestamptz(3) not null,
  recorded_at timestamptz(3) not null,
  actor text not null,
  cause text,
  supersedes text references contract_edits (id),
  primary key (contract_id, seq)
);
-- An edit is superseded once: two corrections of one edit would both claim to be the truth.
create unique index contract_edits_superseded_once on contract_edits (supersedes);
revoke update, delete, truncate on contract_edits from ${role};
revoke delete, truncate on contracts from ${role};

-- Which line holds a device, from when until when; the row of the device is locked while this is read and written.
create table device_assignments (
  line_id text not null,
  device_id text not null,
  tenant_id text not null,
  contract_id text not null references contracts (id),
  assigned_from timestamptz(3) not null,
  assigned_until timestamptz(3),
  primary key (line_id, device_id)
);
create unique index device_assignments_open on device_assignments (tenant_id, device_id) where assigned_until is null;
create index device_assignments_by_device on device_assignments (tenant_id, device_id, assigned_until);
create index device_assignments_by_contract on device_assignments (tenant_id, contract_id);
