import type { Sql } from '@draupnir/sandbox'
import { z } from 'zod'
import { invalid } from '../api/errors.ts'
import { mergeMetadata, metadata as metadataField } from '../api/fields.ts'
import { between, compared, equals, ids, metadata, oneOf } from '../api/list.ts'
import { create, list, ok, type Route, remove, update } from '../api/route.ts'
import { discard, load, lock, save } from '../store/resource.ts'
import { withBalances } from './bounded-balances.ts'
import { CreateLedgerAccount, createLedgerAccount } from './create-ledger-account.ts'

const UpdateLedgerAccount = z.looseObject({
  name: z.string().min(1).optional(),
  description: z.string().nullish(),
  metadata: metadataField.optional(),
})

export const ledgerAccountRoutes: readonly Route[] = [
  create('/api/ledger_accounts')(CreateLedgerAccount, createLedgerAccount),
  list('/api/ledger_accounts', 'ledger_account', {
    id: ids,
    ledger_id: equals('ledger_id'),
    external_id: equals('external_id'),
    normal_balance: oneOf('normal_balance', ['credit', 'debit']),
    currency: (sql, value) => sql`extra @> ${sql.json({ currency: String(value) })}`,
    name: (sql, value) => sql`body ->> 'name' in ${sql(Array.isArray(value) ? [...value] : [String(value)])}`,
    available_balance_amount: compared(balanceAmount('available_balance')),
    pending_balance_amount: compared(balanceAmount('pending_balance')),
    posted_balance_amount: compared(balanceAmount('posted_balance')),
    created_at: between('created_at'),
    updated_at: between('updated_at'),
    metadata,
  }),
  {
    method: 'get',
    path: '/api/ledger_accounts/:id',
    handle: async (unit, { params, query }) =>
      ok(await withBalances(unit, await load(unit, 'ledger_account', params.id ?? ''), query)),
  },
  update('/api/ledger_accounts/:id')(UpdateLedgerAccount, async (unit, input, id) => {
    const { body } = await lock(unit, 'ledger_account', id)
    return save(unit, 'ledger_account', {
      ...body,
      name: input.name ?? body.name,
      description: input.description === undefined ? body.description : input.description,
      metadata: mergeMetadata(body.metadata, input.metadata),
    })
  }),
  remove('/api/ledger_accounts/:id', async (unit, id) => {
    const { body } = await lock(unit, 'ledger_account', id)
    if (body.lock_version > 0) invalid('id', 'A ledger account that has entries cannot be deleted')
    return discard(unit, 'ledger_account', body)
  }),
]

function balanceAmount(balance: string) {
  return (sql: Sql) => sql`(body -> 'balances' -> ${balance}::text ->> 'amount')::numeric`
}
