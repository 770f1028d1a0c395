-- A cleared pay-in may still be sent back by the payer's bank. That is a fact beside its state, not an undoing of it.
alter table pay_ins
  add column returned_at timestamptz(3),
  add column return_reason text,
  add check ((returned_at is null) = (return_reason is null)),
  add check (returned_at is null or state = 'cleared');
create index pay_ins_returned on pay_ins (id) where returned_at is not null;
