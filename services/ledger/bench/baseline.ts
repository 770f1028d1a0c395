import type { Db } from '@draupnir/db'
import type { Draft } from '../src/transaction/transaction.ts'
import type { BenchDatabase } from './database.ts'

/** The textbook: its own tables in the same Postgres, with nothing but what correctness asks for. */
export async function prepareBaseline({ owner }: BenchDatabase): Promise<void> {
  await owner.sql.unsafe(`
    create table bench_accounts (ref text primary key, balance bigint not null, floor bigint);
    create table bench_transfers (id text primary key, debit text not null, credit text not null, amount bigint not null);
    create table bench_idempotency (key text primary key, transfer text not null);
    create table bench_outbox (pos bigint generated always as identity primary key, transfer text not null, data jsonb not null);
    grant select, insert, update on bench_accounts, bench_transfers, bench_idempotency, bench_outbox to ledger`)
}

/** One SQL transaction for each transfer: idempotency row, accounts locked in order, balances, transfers, outbox row. */
export function transfer(db: Db, { cause, id, postings }: Draft): Promise<void> {
  return db.transaction(async ({ sql }) => {
    const fresh =
      await sql`insert into bench_idempotency (key, transfer) values (${cause}, ${id}) on conflict do nothing`
    if (fresh.count === 0) return
    const refs = [...new Set(postings.flatMap((it) => [it.debit.ref, it.credit.ref]))]
    const rows = await sql<{ ref: string; balance: bigint; floor: bigint | null }[]>`
      select ref, balance, floor from bench_accounts where ref = any(${refs}) order by ref for update`
    const balances = new Map(rows.map((row) => [row.ref, row.balance]))
    for (const { debit, credit, amount } of postings) {
      balances.set(debit.ref, (balances.get(debit.ref) ?? 0n) - amount.amount)
      balances.set(credit.ref, (balances.get(credit.ref) ?? 0n) + amount.amount)
    }
    for (const { ref, floor } of rows) {
      const balance = balances.get(ref) ?? 0n
      if (floor !== null && balance < floor) throw new Error(`${ref} does not hold enough`)
      await sql`update bench_accounts set balance = ${balance} where ref = ${ref}`
    }
    for (const [position, { debit, credit, amount }] of postings.entries()) {
      await sql`insert into bench_transfers (id, debit, credit, amount)
        values (${`${id}/${position}`}, ${debit.ref}, ${credit.ref}, ${amount.amount})`
    }
    const data = postings.map((it) => [it.debit.ref, it.credit.ref, it.amount.amount.toString()])
    await sql`insert into bench_outbox (transfer, data) values (${id}, ${JSON.stringify(data)}::jsonb)`
  })
}
