import { refuse } from '@draupnir/errors'
import { component, defineRoute, strict } from '@draupnir/http'
import { accountRefSchema, currencyField, idField } from '@draupnir/wire'
import { z } from 'zod'
import { balanceFields, wireBalance } from '../account/account.routes.ts'
import type { Balance } from '../account/balance.ts'
import { readWallet } from './read-wallet.ts'

const walletResource = component(
  'Wallet',
  z.object({
    party_id: idField('party'),
    balances: z.array(
      z.object({ account: z.string(), currency: currencyField, ref: accountRefSchema, ...balanceFields }),
    ),
  }),
)

export const walletRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/parties/{party_id}/wallet',
    scope: 'ledger:read',
    summary: 'Shows what a party holds, by account and currency',
    tags: ['Wallets'],
    params: strict({ party_id: idField('party') }),
    responses: { 200: walletResource },
    handler: async (ctx, { params }) => {
      const wallet = await readWallet(ctx, params.party_id)
      if (wallet === null) refuse('request.not-found', { id: params.party_id })
      return { status: 200, body: { party_id: params.party_id, balances: wallet.map(wireWalletBalance) } }
    },
  }),
]

function wireWalletBalance(balance: Balance) {
  const { name, currency, ref } = balance.account
  return { account: name, currency, ref, ...wireBalance(balance) }
}
