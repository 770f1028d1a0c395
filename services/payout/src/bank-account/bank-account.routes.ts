import { required } from '@draupnir/errors'
import { component, defineRoute, strict } from '@draupnir/http'
import { bankAccountSchema, idField } from '@draupnir/wire'
import { z } from 'zod'
import type { Bank } from '../modern-treasury/client.ts'
import { registerBankAccount } from './register-bank-account.ts'
import { isRoutingNumber } from './routing-number.ts'

const bankAccountResource = component('BankAccount', bankAccountSchema)

export function bankAccountRoutes(bank: Bank) {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/parties/{party_id}/bank-accounts',
      scope: 'parties:write',
      summary: 'Registers a bank account at the bank partner; its number is passed on and not stored',
      tags: ['Parties'],
      params: strict({ party_id: idField('party') }),
      body: strict({
        account_number: z.string().regex(/^\d{4,17}$/),
        routing_number: z
          .string()
          .regex(/^\d{9}$/)
          .refine(isRoutingNumber, 'is not an ABA routing number'),
        account_type: z.enum(['checking', 'savings']),
        currency: z.enum(['USD']).default('USD'),
      }),
      idempotency: 'resumable',
      responses: { 201: bankAccountResource },
      handler: async (ctx, { params, body, idempotencyKey }) => ({
        status: 201,
        body: await registerBankAccount(ctx, bank, {
          partyId: params.party_id,
          accountNumber: body.account_number,
          routingNumber: body.routing_number,
          accountType: body.account_type,
          currency: body.currency,
          idempotencyKey: required(idempotencyKey, 'a resumable route has a key'),
        }),
      }),
    }),
  ]
}
