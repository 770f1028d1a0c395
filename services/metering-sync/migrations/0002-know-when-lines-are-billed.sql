-- When each line began by the contract, and from when on OpenMeter bills it: { line id: { starts_at, billed_from } }.
alter table mirrors add column lines jsonb not null default '{}';

update mirrors m set lines = (
  select jsonb_object_agg(line ->> 'id', jsonb_build_object('starts_at', m.contract -> 'activated_at', 'billed_from',
    to_char(m.subscription_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
  from jsonb_array_elements(m.contract -> 'lines') line)
where jsonb_array_length(m.contract -> 'lines') > 0;
