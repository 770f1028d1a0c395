import { existsSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { parse } from 'yaml'

const SPECIFICATION = new URL('../../../../../shared/specs/openmeter.openapi.yaml', import.meta.url)

export interface Exchange {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly sent: unknown
  readonly body: unknown
}

/** Every exchange of the SDK in this test file. */
export const exchanges: Exchange[] = []

/** `fetch`, remembering what was answered. */
export const observed: typeof fetch = async (input, init) => {
  const request = new Request(input, init)
  const sent = await request.clone().text()
  const response = await fetch(request)
  const text = await response.clone().text()
  const json = text !== '' && (response.headers.get('content-type') ?? '').includes('json')
  const { pathname } = new URL(request.url)
  exchanges.push({
    method: request.method.toLowerCase(),
    path: pathname,
    status: response.status,
    sent: sent === '' ? undefined : JSON.parse(sent),
    body: json ? JSON.parse(text) : undefined,
  })
  return response
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>
}

interface Operation {
  readonly requestBody?: Content
  readonly responses?: Readonly<Record<string, Content>>
}

interface Specification {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

/** Checks requests and answers against the OpenAPI document; null where the document is not there. */
export function conformanceChecker(): ((exchange: Exchange) => string[]) | null {
  if (!existsSync(SPECIFICATION)) return null
  const specification: Specification & object = asJsonSchema(parse(readFileSync(SPECIFICATION, 'utf8')))
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false, logger: false })
  formats.default(ajv)
  ajv.addFormat('ISO8601', /^P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?$/)
  ajv.addSchema(specification, 'om')
  const paths = Object.keys(specification.paths).map((template) => ({
    template,
    pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`),
    literal: template.replace(/\{[^}]+\}/g, '').length,
  }))
  const against = (where: string, steps: readonly string[], value: unknown): string[] => {
    const validate = ajv.getSchema(`om#${steps.map(pointerStep).join('')}`)
    if (!validate) return [`${where}: no schema`]
    return validate(value)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${where} ${instancePath} ${message}`)
  }
  return ({ method, path, status, sent, body }) => {
    const where = `${method} ${path} ${status}`
    const [found] = paths.filter(({ pattern }) => pattern.test(path)).sort((a, b) => b.literal - a.literal)
    const operation = found && specification.paths[found.template]?.[method]
    if (!found || !operation) return [`${where}: not in the specification`]
    const at = ['paths', found.template, method]
    const [requestType] = Object.keys(operation.requestBody?.content ?? {})
      .filter((type) => type.endsWith('json'))
      .reverse()
    const request =
      sent === undefined || !requestType || status >= 400
        ? []
        : against(`request of ${where}`, [...at, 'requestBody', 'content', requestType, 'schema'], sent)
    const content = operation.responses?.[String(status)]
    if (!content && !operation.responses?.default) return [...request, `${where}: not in the specification`]
    const [type] = Object.keys(content?.content ?? {})
    if (!type || body === undefined) return request
    return [...request, ...against(where, [...at, 'responses', String(status), 'content', type, 'schema'], body)]
  }
}

const pointerStep = (step: string) => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`

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
