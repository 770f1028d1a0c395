-- A line that has left its contract is billed once more, for the time it was on it: who sold it must stay known.
alter table contracts add column sellers jsonb not null default '{}';
update contracts set sellers = coalesce((
  select jsonb_object_agg(line ->> 'id', line ->> 'seller_id') from jsonb_array_elements(contract -> 'lines') line), '{}');
