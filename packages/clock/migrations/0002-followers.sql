-- Work that trails behind a table: who is at it, and when it may be tried again after a failure.
create table followers (
  kind text primary key,
  not_before timestamptz(3) not null,
  failures integer not null default 0,
  last_error text,
  -- The lease, by the clock of the database; claims is its fencing token.
  locked_until timestamptz,
  claims integer not null default 0
);
