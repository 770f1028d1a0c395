-- When a party's earnings are cashed out; a party without a row has the default, which is made when it is first needed.
create table cash_out_policies (
  tenant_id text not null,
  party_id text not null,
  schedule text not null check (schedule in ('on_release', 'daily', 'weekly', 'threshold', 'on_request')),
  weekday text,
  local_time text,
  time_zone text,
  threshold bigint check (threshold > 0),
  threshold_currency text,
  minimum bigint check (minimum > 0),
  minimum_currency text,
  set_by text,
  set_at timestamptz(3),
  -- When the clock of the schedule comes round, while there is something to cash out.
  due_at timestamptz(3),
  -- The cash-out that did not arrive: nothing is cashed out by schedule until somebody has looked.
  paused_by text,
  paused_at timestamptz(3),
  pause_reason text,
  primary key (tenant_id, party_id),
  check ((set_by is null) = (set_at is null)),
  check ((threshold is null) = (threshold_currency is null) and (minimum is null) = (minimum_currency is null)),
  check ((schedule = 'threshold') = (threshold is not null)),
  check ((schedule in ('daily', 'weekly')) = (local_time is not null)),
  check ((local_time is null) = (time_zone is null)),
  check ((schedule = 'weekly') = (weekday is not null)),
  check (due_at is null or (schedule in ('daily', 'weekly') and paused_by is null)),
  check ((paused_by is null) = (paused_at is null) and (paused_by is null) = (pause_reason is null))
);

create table cash_outs (
  tenant_id text not null,
  id text not null,
  party_id text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  policy text not null check (policy in ('on_release', 'daily', 'weekly', 'threshold', 'on_request')),
  state text not null check (state in ('requested', 'reserved', 'paid_out', 'failed')),
  failure text,
  payout_id text,
  requested_by text not null,
  requested_at timestamptz(3) not null,
  ended_at timestamptz(3),
  primary key (tenant_id, id),
  constraint cash_outs_one_per_payout unique (tenant_id, payout_id),
  check ((failure is not null) = (state = 'failed')),
  check ((ended_at is not null) = (state in ('paid_out', 'failed')))
);

create index cash_outs_by_party on cash_outs (tenant_id, party_id, id desc);
create index cash_outs_promised on cash_outs (tenant_id, party_id) where state = 'requested';

create table cash_out_legs (
  tenant_id text not null,
  cash_out_id text not null,
  position int not null,
  settlement_id text not null,
  leg_id text not null,
  amount bigint not null check (amount > 0),
  primary key (tenant_id, cash_out_id, position),
  unique (tenant_id, leg_id, cash_out_id),
  foreign key (tenant_id, cash_out_id) references cash_outs (tenant_id, id),
  foreign key (tenant_id, leg_id) references settlement_legs (tenant_id, id)
);

-- What of a released leg is in a cash-out that did not fail.
alter table settlement_legs add column cashed_out bigint not null default 0 check (cashed_out between 0 and amount);

create index settlement_legs_earned on settlement_legs (tenant_id, party_id, released_at, id)
  where state = 'released' and reversed + recouped + cashed_out < amount;

revoke delete, truncate on cash_outs, cash_out_policies from ${role};
revoke update, delete, truncate on cash_out_legs from ${role};
