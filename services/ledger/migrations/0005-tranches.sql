-- How long earnings rest, by rail and risk tier; each change is a version, and a leg names the one that set its maturity.
create table seasoning_policies (
  tenant_id text not null,
  version int not null check (version > 0),
  rules jsonb not null,
  reason text not null,
  set_by text,
  set_at timestamptz(3),
  primary key (tenant_id, version),
  check ((set_by is null) = (set_at is null))
);

-- What was said of the risk of parties; the newest holds, and a party that was never rated is standard.
create table risk_ratings (
  id bigint generated always as identity primary key,
  tenant_id text not null,
  party_id text not null,
  tier text not null check (tier in ('trusted', 'standard', 'elevated', 'high')),
  reason text not null,
  rated_by text not null,
  rated_at timestamptz(3) not null
);

create index risk_ratings_by_party on risk_ratings (tenant_id, party_id, id desc);

alter table settlement_legs add column rail text, add column risk_tier text, add column policy_version int,
  add constraint settlement_legs_seasoned_by check (
    (rail is null) = (due_at is null) and (risk_tier is null) = (due_at is null)
    and (policy_version is null) = (due_at is null));

-- Somebody let a tranche mature at another time, and said why.
create table maturity_overrides (
  id bigint generated always as identity primary key,
  tenant_id text not null,
  leg_id text not null,
  due_before timestamptz(3) not null,
  due_at timestamptz(3) not null,
  reason text not null,
  overridden_by text not null,
  overridden_at timestamptz(3) not null,
  foreign key (tenant_id, leg_id) references settlement_legs (tenant_id, id)
);

create index maturity_overrides_by_leg on maturity_overrides (tenant_id, leg_id, id);
create index settlement_legs_by_maturity on settlement_legs (tenant_id, party_id, due_at, id) where state = 'seasoning';

revoke update, delete, truncate on seasoning_policies, risk_ratings, maturity_overrides from ${role};
