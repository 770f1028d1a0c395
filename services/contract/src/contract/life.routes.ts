import { defineRoute, strict } from '@draupnir/http'
import { activateContract } from './activate-contract.ts'
import { activateBody, correctBody, payloads, renewBody, terminateBody, timing, voidBody } from './contract.schemas.ts'
import { correctEdit } from './correct-edit.ts'
import { edit, ofContract, ofEdit, optionsOf, reply } from './edit.reply.ts'
import { correctionOf } from './edit-bodies.ts'
import { renewContract } from './renew-contract.ts'
import { resumeContract } from './resume-contract.ts'
import { startTrial } from './start-trial.ts'
import { suspendContract } from './suspend-contract.ts'
import { terminateContract } from './terminate-contract.ts'
import { voidEdit } from './void-edit.ts'

/** Operations on the life of the contract, and on its log. */
export const lifeRoutes = {
  start_trial: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/trial',
    summary: 'Serve a draft without charge until a date',
    params: ofContract,
    body: strict({ ...payloads.start_trial, ...timing }),
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(ctx, startTrial(ctx, params.contract_id, body, options), options, 200)
    },
  }),
  activate: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/activate',
    summary: 'Put a contract in force',
    params: ofContract,
    body: activateBody,
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(ctx, activateContract(ctx, params.contract_id, body, options), options, 200)
    },
  }),
  suspend: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/suspend',
    summary: 'Suspend an active contract',
    params: ofContract,
    body: strict(timing),
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(ctx, suspendContract(ctx, params.contract_id, body, options), options, 200)
    },
  }),
  resume: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/resume',
    summary: 'Resume a suspended contract, exactly as it was',
    params: ofContract,
    body: strict(timing),
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(ctx, resumeContract(ctx, params.contract_id, body, options), options, 200)
    },
  }),
  terminate: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/terminate',
    summary: 'End a contract now, at the end of its billing period or at a date',
    params: ofContract,
    body: terminateBody,
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(ctx, terminateContract(ctx, params.contract_id, body, options), options, 200)
    },
  }),
  renew: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/renew',
    summary: 'Renew a contract from the end of its term',
    params: ofContract,
    body: renewBody,
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(ctx, renewContract(ctx, params.contract_id, body, options), options, 200)
    },
  }),
  correct: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/edits/{edit_id}/correct',
    summary: 'Let an earlier edit hold in another form or from another time',
    params: ofEdit,
    body: correctBody,
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(
        ctx,
        correctEdit(ctx, params.contract_id, correctionOf(params.edit_id, body, ctx.newId), options),
        options,
        200,
      )
    },
  }),
  void: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/edits/{edit_id}/void',
    summary: 'Take the effect of an earlier edit away',
    params: ofEdit,
    body: voidBody,
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(ctx, voidEdit(ctx, params.contract_id, { ...body, edit_id: params.edit_id }, options), options, 200)
    },
  }),
}
