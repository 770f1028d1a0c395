import { idField, moneyField } from '@draupnir/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { component, defineRoute, listOf, openApiDocument, pageQuery, strict } from '../src/index.ts'

const thing = component('Thing', z.object({ id: idField('contract'), price: moneyField }))
const handler = async () => {
  throw new Error('not called')
}
const base = { summary: 'A thing', tags: ['Things'], handler }

const routes = [
  defineRoute({
    ...base,
    method: 'post',
    path: '/v1/things/{contract_id}/parts',
    scope: 'things:write',
    params: strict({ contract_id: idField('contract') }),
    body: strict({ price: moneyField }),
    versioned: true,
    responses: { 201: thing },
  }),
  defineRoute({
    ...base,
    method: 'get',
    path: '/v1/things',
    scope: 'things:read',
    query: strict({ ...pageQuery }),
    responses: { 200: listOf(thing) },
  }),
  defineRoute({ ...base, method: 'post', path: '/webhooks/x', scope: null, body: 'raw', responses: { 204: null } }),
  defineRoute({ ...base, method: 'get', path: '/internal/x', scope: 'internal', responses: { 204: null } }),
]

describe('the OpenAPI document', () => {
  const { paths, components, openapi } = openApiDocument(routes, { title: 'things', version: '1' })
  const post = paths?.['/v1/things/{contract_id}/parts']?.post
  const get = paths?.['/v1/things']?.get

  it('is 3.1 and holds the public routes only', () => {
    expect(openapi).toBe('3.1.0')
    expect(Object.keys(paths ?? {})).toEqual(['/v1/things/{contract_id}/parts', '/v1/things'])
  })

  it('names the scope, the pattern of ids, and the idempotency key where one is required', () => {
    expect(post?.['x-required-scope']).toBe('things:write')
    expect(post?.parameters).toMatchObject([
      { name: 'contract_id', in: 'path', schema: { pattern: expect.stringMatching(/^\^ctr_/) } },
      { name: 'Idempotency-Key', in: 'header', required: true },
      { name: 'If-Match', in: 'header', required: false },
    ])
    expect(get?.parameters).toMatchObject([
      { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 200 } },
      { name: 'cursor', in: 'query' },
    ])
  })

  it('is closed to unknown fields, and refers to named schemas', () => {
    expect(post?.requestBody).toMatchObject({
      required: true,
      content: { 'application/json': { schema: { additionalProperties: false } } },
    })
    expect(components?.schemas?.Thing).toMatchObject({ required: ['id', 'price'] })
    expect(post?.responses?.['201']).toMatchObject({
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
    })
    expect(JSON.stringify(get?.responses?.['200'])).toContain('#/components/schemas/Thing')
  })

  it('declares the problems a caller may meet', () => {
    for (const status of ['400', '401', '403', '404', '409', '412', '413', '415', '422', '500', '503'])
      expect(post?.responses?.[status]).toMatchObject({
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      })
    expect(Object.keys(get?.responses ?? {})).not.toContain('422')
    expect(Object.keys(get?.responses ?? {})).not.toContain('412')
  })
})

describe('defineRoute', () => {
  const define = (change: object) => () =>
    defineRoute({ ...base, method: 'post', path: '/v1/x', scope: 'x', responses: { 204: null }, ...change })

  it.each([
    ['a loose body', { body: z.object({}) }, 'POST /v1/x body must be a strict object'],
    ['a loose object in a list', { body: strict({ a: z.array(z.object({})) }) }, 'body.a.[] must be'],
    ['a loose option', { body: strict({ a: z.union([z.string(), z.object({})]).optional() }) }, 'body.a.|1 must be'],
    ['a loose query', { query: z.object({}) }, 'query must be a strict object'],
    ['params the path does not have', { params: strict({ a: z.string() }) }, 'params must declare exactly nothing'],
    ['a path without its params', { path: '/v1/{a}' }, 'params must declare exactly a'],
    ["hono's way to write a path", { path: '/v1/:a' }, 'must be in OpenAPI form'],
  ])('refuses %s at start', (_what, change, message) => {
    expect(define(change)).toThrow(message)
  })
})
