alter table contracts drop constraint contracts_lifecycle_check;
alter table contracts
  add constraint contracts_lifecycle_check
    check (lifecycle in ('draft', 'trialing', 'active', 'suspended', 'ended')),
  add column edits int not null check (edits > 0),
  -- The latest moment at which a standing edit begins, and the earliest after folded_at.
  add column last_effective_at timestamptz(3) not null,
  add column next_effect_at timestamptz(3),
  -- Edits placed after the last snapshot.
  add column tail int not null default 1,
  -- Currency, cadence and anchor since the contract was first in force: OpenMeter cannot change them.
  add column calendar jsonb;

alter table contract_edits drop constraint contract_edits_operation_check;
alter table contract_edits
  -- One constant, not twenty-one: Postgres reads a check anew with every insert.
  add constraint contract_edits_operation_check check (operation = any ('{create, add_line, remove_line, change_quantity,
    reprice_line, set_discount, assign_devices, set_terms, set_financing, set_splits, set_sla, start_trial, activate,
    suspend, resume, terminate, renew, set_auto_renew, transfer, correct, void}'::text[])),
  add column rank int not null check (rank > 0 and rank <= seq),
  add column automatic boolean not null default false,
  -- The version of the contract after this edit.
  add column version int not null check (version >= seq),
  -- The latest moment at which an edit begins that stands after this one: who asks what was known then looks no further.
  add column last_effective_at timestamptz(3) not null;
-- An edit whose replacement was voided holds again, and may be replaced again.
drop index contract_edits_superseded_once;
create index contract_edits_by_recording on contract_edits (contract_id, recorded_at, seq);

-- Where an edit stands in the order of effect, as known from edit stands_from until edit stands_until. Written with the edit,
-- which has the reference to its contract; a second one would be a look-up more for each edit.
create table contract_placements (
  contract_id text not null,
  effective_at timestamptz(3) not null,
  rank int not null,
  edit_seq int not null,
  stands_from int not null,
  stands_until int check (stands_until > stands_from),
  ends boolean not null,
  primary key (contract_id, effective_at, rank, stands_from)
);
create unique index contract_placements_standing on contract_placements (contract_id, edit_seq)
  where stands_until is null;
create index contract_placements_ends on contract_placements (contract_id, effective_at) where ends;

-- The fold up to a place in the order of effect, as known from edit known_from until edit known_until.
create table contract_snapshots (
  contract_id text not null,
  effective_at timestamptz(3) not null,
  rank int not null,
  known_from int not null,
  known_until int,
  state jsonb not null,
  primary key (contract_id, effective_at, rank, known_from)
);

alter table device_assignments drop constraint device_assignments_pkey;
alter table device_assignments add primary key (line_id, device_id, assigned_from);

alter table contract_statuses add column service_status text not null default 'provisioning';

-- Every transition of the three statuses, in the order they were noticed.
create table contract_transitions (
  tenant_id text not null,
  contract_id text not null,
  seq bigint generated always as identity,
  machine text not null check (machine in ('lifecycle', 'service_status', 'billing_status')),
  from_status text,
  to_status text not null,
  at timestamptz(3) not null,
  primary key (contract_id, seq)
);
create index contract_transitions_by_time on contract_transitions (contract_id, at);

-- Nobody asks what is inside of these: to sort a sample of whole contracts is most of the work of analysing the tables.
alter table contracts alter column state set statistics 0, alter column calendar set statistics 0;
alter table contract_edits alter column payload set statistics 0;
alter table contract_snapshots alter column state set statistics 0;
