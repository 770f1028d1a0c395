-- Somebody may let a tranche mature at another time, and says why.
alter table settlement_legs add column overridden_by text, add column override_reason text,
  add constraint settlement_legs_override_has_reason check ((overridden_by is null) = (override_reason is null));

create index settlement_legs_by_maturity on settlement_legs (tenant_id, party_id, due_at, id) where state = 'seasoning';
