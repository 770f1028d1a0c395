import { defineRoute, strict } from '@draupnir/http'
import { contractResource, createBody, financingBody, payloads, previewResource, timing } from './contract.schemas.ts'
import { createContract } from './create-contract.ts'
import { edit, ofContract, optionsOf, reply } from './edit.reply.ts'
import { autoRenewOf } from './edit-bodies.ts'
import { setAutoRenew } from './set-auto-renew.ts'
import { setFinancing } from './set-financing.ts'
import { setSplits } from './set-splits.ts'
import { setTerms } from './set-terms.ts'
import { transferContract } from './transfer-contract.ts'

/** Operations on what was agreed for the contract as a whole. */
export const termsRoutes = {
  create: defineRoute({
    ...edit,
    path: '/v1/contracts',
    summary: 'Create a draft contract',
    body: createBody,
    responses: { 201: contractResource, 202: previewResource },
    handler: (ctx, { body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(ctx, createContract(ctx, body, options), options, 201)
    },
  }),
  set_terms: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/terms',
    summary: 'Change terms; what is absent stays',
    params: ofContract,
    body: strict({ ...payloads.set_terms, ...timing }),
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(ctx, setTerms(ctx, params.contract_id, body, options), options, 200)
    },
  }),
  set_financing: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/financing',
    summary: 'Finance a contract by a down payment and monthly installments',
    params: ofContract,
    body: financingBody,
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(ctx, setFinancing(ctx, params.contract_id, body, options), options, 200)
    },
  }),
  set_splits: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/splits',
    summary: 'Share the revenue of a contract',
    params: ofContract,
    body: strict({ ...payloads.set_splits, ...timing }),
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(ctx, setSplits(ctx, params.contract_id, body, options), options, 200)
    },
  }),
  set_auto_renew: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/auto-renew',
    summary: 'Say whether and how a contract renews',
    params: ofContract,
    body: strict({ ...payloads.set_auto_renew, ...timing }),
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(ctx, setAutoRenew(ctx, params.contract_id, autoRenewOf(body), options), options, 200)
    },
  }),
  transfer: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/transfer',
    summary: 'Transfer a contract to another buyer',
    params: ofContract,
    body: strict({ ...payloads.transfer, ...timing }),
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(ctx, transferContract(ctx, params.contract_id, body, options), options, 200)
    },
  }),
}
