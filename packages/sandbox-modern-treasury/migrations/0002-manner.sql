-- How the ledgers behave, as a test wants it: by default everything asynchronous happens in the moment it was asked for.
create table ledger_manner (
  one boolean primary key default true check (one),
  -- Test-clock time until a bulk request is worked off, and until entries without locks show in balances.
  bulk_delay_ms int not null default 0 check (bulk_delay_ms between 0 and 86400000),
  entry_delay_ms int not null default 0 check (entry_delay_ms between 0 and 86400000)
);
insert into ledger_manner default values;
