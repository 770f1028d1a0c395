import { existsSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { parse } from 'yaml'

const SPECIFICATION = new URL('../../../../../shared/specs/openmeter.openapi.yaml', import.meta.url)

export interface Exchange {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly body: unknown
}

/** Every exchange of the SDK in this test file. */
export const exchanges: Exchange[] = []

/** `fetch`, remembering what was answered. */
export const observed: typeof fetch = async (input, init) => {
  const request = new Request(input, init)
  const response = await fetch(request)
  const text = await response.clone().text()
  const json = text !== '' && (response.headers.get('content-type') ?? '').includes('json')
  const { pathname } = new URL(request.url)
  exchanges.push({
    method: request.method.toLowerCase(),
    path: pathname,
    status: response.status,
    body: json ? JSON.parse(text) : undefined,
  })
  return response
}

interface Operation {
  readonly responses?: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema?: object }>> }>>
}

interface Specification {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

/** Checks answers against the OpenAPI document; null where the document is not there. */
export function conformanceChecker(): ((exchange: Exchange) => string[]) | null {
  if (!existsSync(SPECIFICATION)) return null
  const specification: Specification & object = asJsonSchema(parse(readFileSync(SPECIFICATION, 'utf8')))
  const ajv = new Ajv({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addFormat('duration', true)
  ajv.addSchema(specification, 'om')
  const paths = Object.entries(specification.paths).map(([template, operations]) => ({
    template,
    operations,
    pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`),
    literal: template.replace(/\{[^}]+\}/g, '').length,
  }))
  return ({ method, path, status, body }) => {
    const found = paths.filter(({ pattern }) => pattern.test(path)).sort((a, b) => b.literal - a.literal)[0]
    if (!found) return [`${method} ${path}: not in the specification`]
    const responses = found.operations[method]?.responses
    const schema = responses?.[String(status)]?.content?.['application/json']?.schema
    const problem = responses?.[String(status)]?.content?.['application/problem+json']?.schema
    if (!responses?.[String(status)] && !responses?.default)
      return [`${method} ${path}: no ${status} in the specification`]
    const wanted = schema ?? problem
    if (!wanted || body === undefined) return []
    const pointer = pointerTo(
      found.template,
      method,
      String(status),
      schema ? 'application/json' : 'application/problem+json',
    )
    const validate = ajv.getSchema(`om#${pointer}`)
    if (!validate) return [`${method} ${path}: no schema`]
    if (validate(body)) return []
    return (validate.errors ?? []).map((error) => `${method} ${path} ${status} ${error.instancePath} ${error.message}`)
  }
}

function pointerTo(...[template, method, status, type]: string[]): string {
  const steps = ['paths', template, method, 'responses', status, 'content', type, 'schema']
  return steps
    .map((step) => `/${encodeURIComponent((step ?? '').replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('')
}

// OpenAPI 3.0 writes null as `nullable`, which JSON Schema does not know.
function asJsonSchema<T>(node: T): T {
  if (Array.isArray(node)) return node.map(asJsonSchema) as T
  if (typeof node !== 'object' || node === null) return node
  const entries = Object.entries(node)
    .filter(([key]) => !['nullable', 'discriminator', 'example', 'default'].includes(key))
    .map(([key, value]) => [key, asJsonSchema(value)])
  const schema = Object.fromEntries(entries)
  if ('nullable' in node && node.nullable === true) return { anyOf: [schema, { type: 'null' }] } as T
  return schema
}
