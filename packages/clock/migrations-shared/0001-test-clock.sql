-- The one clock of a sandbox: frozen until it is advanced.
create table test_clock (
  only_one boolean primary key default true check (only_one),
  now_at timestamptz(3) not null
);

-- The processes that must be quiet before time may move.
create table participants (
  name text not null,
  instance text not null,
  url text not null,
  registered_at timestamptz not null default now(),
  primary key (name, instance)
);
-- Every process enters itself; only roles that may use this schema get this far.
grant select, insert, update, delete on participants to public;
