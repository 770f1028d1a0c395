-- Who bought from when: a period is owed by whoever bought in it, though its invoice comes after a transfer.
alter table contracts add column buyers jsonb not null default '[]';
update contracts set buyers = jsonb_build_array(
  jsonb_build_object('from', contract ->> 'activated_at', 'buyer_id', contract ->> 'buyer_id'));
