import { defineRoute, strict } from '@draupnir/http'
import { addLine } from './add-line.ts'
import { assignDevices } from './assign-devices.ts'
import { changeQuantity } from './change-quantity.ts'
import { contractResource, lineBody, payloads, previewResource, timing } from './contract.schemas.ts'
import { edit, ofContract, ofLine, optionsOf, reply } from './edit.reply.ts'
import { removeLine } from './remove-line.ts'
import { repriceLine } from './reprice-line.ts'
import { setDiscount } from './set-discount.ts'
import { setSla } from './set-sla.ts'

/** Operations on lines. */
export const lineRoutes = {
  add_line: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/lines',
    summary: 'Add a line to a draft, a trial or an active contract',
    params: ofContract,
    body: lineBody,
    responses: { 201: contractResource, 202: previewResource },
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(
        ctx,
        addLine(ctx, params.contract_id, { ...body, description: body.description ?? body.sku }, options),
        options,
        201,
      )
    },
  }),
  remove_line: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/lines/{line_id}/remove',
    summary: 'Take a line off a contract',
    params: ofLine,
    body: strict(timing),
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(
        ctx,
        removeLine(ctx, params.contract_id, { ...body, line_id: params.line_id }, options),
        options,
        200,
      )
    },
  }),
  change_quantity: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/lines/{line_id}/quantity',
    summary: 'Sell another quantity of a line',
    params: ofLine,
    body: strict({ ...payloads.change_quantity, ...timing }),
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(
        ctx,
        changeQuantity(ctx, params.contract_id, { ...body, line_id: params.line_id }, options),
        options,
        200,
      )
    },
  }),
  reprice_line: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/lines/{line_id}/price',
    summary: 'Give a line another price',
    params: ofLine,
    body: strict({ ...payloads.reprice_line, ...timing }),
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(
        ctx,
        repriceLine(ctx, params.contract_id, { ...body, line_id: params.line_id }, options),
        options,
        200,
      )
    },
  }),
  set_discount: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/lines/{line_id}/discount',
    summary: 'Take a share off what a line costs',
    params: ofLine,
    body: strict({ ...payloads.set_discount, ...timing }),
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(
        ctx,
        setDiscount(ctx, params.contract_id, { ...body, line_id: params.line_id }, options),
        options,
        200,
      )
    },
  }),
  assign_devices: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/lines/{line_id}/devices',
    summary: 'Serve a line by other devices or another host',
    params: ofLine,
    body: strict({ ...payloads.assign_devices, ...timing }),
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(
        ctx,
        assignDevices(ctx, params.contract_id, { ...body, line_id: params.line_id }, options),
        options,
        200,
      )
    },
  }),
  set_sla: defineRoute({
    ...edit,
    path: '/v1/contracts/{contract_id}/sla',
    summary: 'Promise an availability for the contract or one line',
    params: ofContract,
    body: strict({ ...payloads.set_sla, ...timing }),
    handler: (ctx, { params, body, ...rest }) => {
      const options = optionsOf(rest)
      return reply(ctx, setSla(ctx, params.contract_id, body, options), options, 200)
    },
  }),
}
