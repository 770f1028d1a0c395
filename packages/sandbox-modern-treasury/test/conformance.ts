import { existsSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

const SPECS = new URL('../../../../shared/specs/', import.meta.url)
const SPEC = new URL('modern-treasury.openapi.json', SPECS)
const EXAMPLES = new URL('modern-treasury.examples.json', SPECS)

interface Operation {
  readonly requestBody?: { content?: Record<string, { schema?: object }> }
  readonly responses: Record<string, { content?: Record<string, { schema?: object }> }>
}

export const specificationIsHere = existsSync(SPEC)
if (!specificationIsHere)
  console.log('skipped: ../shared/specs is absent, nothing is checked against the specification')

type Verdict = string | null

/** Holds requests and responses against the specification; says what is wrong, or null. */
export function conformance() {
  const document = Object(nullableAsNull(read(SPEC)))
  matchSome(document)
  const ajv = new Ajv2020({ strict: false, logger: false, allErrors: true, validateFormats: true })
  formats.default(ajv)
  ajv.addSchema(document, 'spec')
  const paths = Object.keys(member(document, 'paths')).sort((a, b) => params(a) - params(b))

  const operation = (method: string, path: string): Operation | null => {
    const template = paths.find((candidate) => pattern(candidate).test(path))
    if (template === undefined) return null
    const found = member(member(member(document, 'paths'), template), method.toLowerCase())
    return found as unknown as Operation
  }
  const check = (pointer: string, value: unknown): Verdict => {
    const validate = ajv.getSchema(`spec#${pointer}`)
    if (!validate) return `the specification has no ${pointer}`
    if (validate(value)) return null
    return ajv.errorsText(validate.errors?.slice(0, 4))
  }
  const checkInline = (where: readonly string[], value: unknown): Verdict =>
    check(
      `/${where.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`,
      value,
    )
  const templateOf = (path: string) => paths.find((candidate) => pattern(candidate).test(path)) ?? path

  return {
    request(method: string, path: string, body: unknown): Verdict {
      if (!operation(method, path)?.requestBody?.content?.['application/json']) return null
      return checkInline(
        ['paths', templateOf(path), method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema'],
        body,
      )
    },
    response(method: string, path: string, status: number, body: unknown): Verdict {
      if (status >= 400) return check('/components/schemas/error_message', body)
      const answers = operation(method, path)?.responses ?? {}
      if (!answers[status]) return `${method} ${path} may not answer ${status}`
      if (!answers[status].content) return body === null ? null : 'a body where there is none'
      return checkInline(
        [
          'paths',
          templateOf(path),
          method.toLowerCase(),
          'responses',
          String(status),
          'content',
          'application/json',
          'schema',
        ],
        body,
      )
    },
    resource: (name: string, body: unknown): Verdict => check(`/components/schemas/${name}`, body),
    examples: (): Readonly<Record<string, unknown>> => read(EXAMPLES),
  }
}

// Open schemas match more than one of the alternatives, so that the specification's `oneOf` would refuse every bulk request.
function matchSome(document: Record<string, unknown>): void {
  const schemas = member(member(document, 'components'), 'schemas')
  const { items } = member(member(member(schemas, 'bulk_request_create_request'), 'properties'), 'resources')
  const { oneOf } = Object(items)
  Object.assign(Object(items), { anyOf: oneOf })
  delete Object(items).oneOf
}

// OpenAPI 3.0 writes `nullable: true` beside a type, an enum, a reference or nothing; JSON Schema knows only the type null.
function nullableAsNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nullableAsNull)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, nullableAsNull(inner)] as const)
  if (!entries.some(([key, inner]) => key === 'nullable' && inner === true)) return Object.fromEntries(entries)
  const rest = entries.filter(([key]) => key !== 'nullable' && key !== 'description' && key !== 'example')
  return rest.length === 0 ? { type: 'null' } : { anyOf: [Object.fromEntries(rest), { type: 'null' }] }
}

function read(url: URL): Record<string, unknown> {
  return JSON.parse(readFileSync(url, 'utf8'))
}

function member(value: unknown, key: string): Record<string, unknown> {
  return Object.getOwnPropertyDescriptor(Object(value), key)?.value ?? {}
}

function params(path: string): number {
  return path.split('{').length
}

function pattern(template: string): RegExp {
  return new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`)
}
