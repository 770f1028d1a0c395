import { component, cursorOf, defineRoute, listOf, page, pageQuery, strict } from '@draupnir/http'
import { money, toWire } from '@draupnir/money'
import { accountRefSchema, currencyField, idField, moneyField, textField } from '@draupnir/wire'
import { z } from 'zod'
import type { Account } from './account.ts'
import { available, type Balance, pending, posted } from './balance.ts'
import { changeAccount } from './change-account.ts'
import { CHART } from './chart.ts'
import { listAccounts, readAccount } from './read-accounts.ts'

export const balanceFields = {
  /** Positive on the account's normal side. */
  posted: moneyField,
  /** What posted would change by if everything pending were booked. */
  pending: moneyField,
  /** Posted less every pending outflow: what may still be moved. */
  available: moneyField,
}

const accountResource = component(
  'LedgerAccount',
  z.object({
    ref: accountRefSchema,
    owner: z.string(),
    account: z.string(),
    currency: currencyField,
    normal_side: z.enum(['debit', 'credit']),
    ...balanceFields,
    version: z.string(),
    state: z.enum(['open', 'frozen', 'closed']),
  }),
)

const STATES = { freeze: 'frozen', close: 'closed', open: 'open' } as const
const SUMMARIES = {
  freeze: 'Freezes an account: nothing moves in it until it is opened again',
  close: 'Closes an empty account: nothing new begins in it',
  open: 'Opens a frozen or closed account again',
}

const cursor = cursorOf(z.tuple([accountRefSchema]))

export const accountRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/ledger/accounts',
    scope: 'ledger:read',
    summary: 'Lists the accounts of the ledger with their balances',
    tags: ['Ledger'],
    query: strict({ ...pageQuery, owner: z.union([z.literal('platform'), idField('party')]).optional() }),
    responses: { 200: listOf(accountResource) },
    handler: async (ctx, { query }) => {
      const [after = null] = cursor.decode(query.cursor) ?? []
      const rows = await listAccounts(ctx, { owner: query.owner, after, limit: query.limit + 1 })
      const body = page(rows, query.limit, wireAccount, (last) => cursor.encode([last.account.ref]))
      return { status: 200, body }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/ledger/accounts/{ref}',
    scope: 'ledger:read',
    summary: 'Shows one account of the ledger with its balances',
    tags: ['Ledger'],
    params: strict({ ref: accountRefSchema }),
    responses: { 200: accountResource },
    handler: async (ctx, { params }) => ({ status: 200, body: wireAccount(await readAccount(ctx, params.ref)) }),
  }),
  ...(['freeze', 'close', 'open'] as const).map((verb) =>
    defineRoute({
      method: 'post',
      path: `/v1/ledger/accounts/{ref}/${verb}`,
      scope: 'ledger:write',
      summary: SUMMARIES[verb],
      tags: ['Ledger'],
      params: strict({ ref: accountRefSchema }),
      body: strict({ reason: textField() }),
      responses: { 200: accountResource },
      handler: async (ctx, { params, body }) => ({
        status: 200,
        body: wireAccount(await changeAccount(ctx, params.ref, STATES[verb], body.reason)),
      }),
    }),
  ),
]

export function wireBalance(balance: Balance) {
  const { currency } = balance.account
  return {
    posted: toWire(money(posted(balance), currency)),
    pending: toWire(money(pending(balance), currency)),
    available: toWire(money(available(balance), currency)),
  }
}

function wireAccount(balance: Balance) {
  const { ref, owner, name, currency }: Account = balance.account
  return {
    ref,
    owner,
    account: name,
    currency,
    normal_side: CHART[name].normal,
    ...wireBalance(balance),
    version: balance.version.toString(),
    state: balance.state,
  }
}
