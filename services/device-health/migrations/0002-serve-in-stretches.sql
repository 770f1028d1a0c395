-- A device may serve a line, rest with the contract, and serve it again: [{ from, until }], in order, apart from each other.
alter table assignments add column serves jsonb;
update assignments set serves = jsonb_build_array(jsonb_build_object(
  'from', to_char(serves_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'until', to_char(serves_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')));
alter table assignments alter column serves set not null;
alter table assignments drop column serves_from, drop column serves_until;
create index assignments_of_device on assignments (tenant_id, device_id);
