-- The effects of the tests: what happened, and in which order.
create table effects (position bigint generated always as identity primary key, what text not null, worker text not null default '');
create table limited (n int not null);
-- Checked only at the end of a transaction, like the balance of a ledger.
create function refuse_negative() returns trigger language plpgsql as $$
begin
  if new.n < 0 then raise exception 'n is negative'; end if;
  return null;
end $$;
create constraint trigger n_is_not_negative after insert on limited deferrable initially deferred
  for each row execute function refuse_negative();
