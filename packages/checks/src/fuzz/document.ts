import { required } from '@draupnir/errors'
import { isRecord, type Schema } from './schema.ts'

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Schema
}

/** One route of the document, as far as requests are made of it. */
export interface Operation {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly pointer: string
  readonly scope: string
  readonly params: readonly Parameter[]
  readonly query: readonly Parameter[]
  readonly needsKey: boolean
  readonly body: Schema | null
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

interface RawOperation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } }
  readonly 'x-required-scope': string
}

/** Every operation of the running system. */
export async function fetchDocument(gatewayUrl: string): Promise<OpenApi> {
  const answer = await fetch(`${gatewayUrl}/v1/openapi.json`)
  return (await answer.json()) as OpenApi
}

export function operationsOf(document: OpenApi): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => {
      const parameters = raw.parameters ?? []
      const body = raw.requestBody?.content['application/json'].schema
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        pointer: `#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}`,
        scope: raw['x-required-scope'],
        params: parameters.filter((parameter) => parameter.in === 'path'),
        query: parameters.filter((parameter) => parameter.in === 'query'),
        needsKey: parameters.some(({ in: where, name }) => where === 'header' && name === 'Idempotency-Key'),
        body: body === undefined ? null : inlined(document, body),
      }
    }),
  )
}

/** The schema with every reference replaced by what it names. */
function inlined(document: OpenApi, schema: Schema): Schema {
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve)
    if (!isRecord(value)) return value
    const ref = value.$ref
    if (typeof ref === 'string') {
      const name = ref.split('/').at(-1) ?? ''
      return resolve(required(document.components.schemas[name], `${ref} is not in the document`))
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]))
  }
  return resolve(schema) as Schema
}
