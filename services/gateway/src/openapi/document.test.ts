import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { SCOPES } from '../api-key/scopes.ts'
import { mergeDocuments, operationsOf } from './document.ts'

const operation = z.looseObject({
  operationId: z.string(),
  'x-required-scope': z.enum(SCOPES),
  summary: z.string().min(5),
  tags: z.array(z.string()).min(1),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).default([]),
  responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), z.unknown()).optional() })),
})
const document = z
  .looseObject({ openapi: z.literal('3.1.0'), paths: z.record(z.string(), z.record(z.string(), operation)) })
  .parse(JSON.parse(readFileSync(new URL('../../../../docs/generated/openapi.json', import.meta.url), 'utf8')))
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, it]) => ({ name: `${method.toUpperCase()} ${path}`, path, method, it })),
)

describe('the document of the whole API', () => {
  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document))
    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
  })

  it('names every operation differently, in a way a client can be generated from', () => {
    const ids = operations.map(({ it }) => it.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => !/^[a-z][a-z0-9_]+$/.test(id))).toEqual([])
    expect(ids.length).toBeGreaterThan(30)
  })

  it.each(operations)(
    'says of $name what can go wrong, and what its path and key are',
    ({ path, method, it: described }) => {
      for (const status of ['400', '401', '403', '404', '500', '503'])
        expect(Object.keys(described.responses[status]?.content ?? {})).toEqual(['application/problem+json'])
      expect(Object.keys(described.responses).some((status) => status.startsWith('2'))).toBe(true)
      const named = (place: string) => described.parameters.filter((it) => it.in === place).map(({ name }) => name)
      expect(named('path').sort()).toEqual([...path.matchAll(/\{([a-z_]+)\}/g)].map((match) => String(match[1])).sort())
      if (method !== 'post') expect(named('header')).not.toContain('Idempotency-Key')
    },
  )
})

describe('merging', () => {
  const part = (path: string, method: string) => ({
    openapi: '3.1.0',
    info: { title: 'x', version: '1' },
    paths: { [path]: { [method]: { 'x-required-scope': `${method}:scope` } } },
  })
  it('keeps both methods of a path that two services share', () => {
    const merged = mergeDocuments([part('/v1/x', 'get'), part('/v1/x', 'post')], 'http://x.test')
    expect(Object.keys(merged.paths['/v1/x'] ?? {})).toEqual(['get', 'post'])
  })
  it('knows the scope of each operation, and lets nobody through to one without', () => {
    expect(operationsOf('x', part('/v1/x', 'get'))).toEqual([
      { service: 'x', method: 'GET', path: '/v1/x', scope: 'get:scope' },
    ])
    const bare = { ...part('/v1/x', 'get'), paths: { '/v1/x': { get: {} } } }
    expect(operationsOf('x', bare)).toMatchObject([{ scope: 'internal' }])
  })
})
