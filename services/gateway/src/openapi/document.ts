/** The parts of an OpenAPI 3.1 document that are merged. */
export interface OpenApiDocument {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> }
}

/** One route of one service, as the proxy needs it. */
export interface RoutedOperation {
  readonly service: string
  readonly method: string
  /** `/v1/contracts/{contract_id}` */
  readonly path: string
  readonly scope: string
}

const INFO = {
  title: 'Draupnir',
  version: '1',
  description:
    'The money engine of a compute marketplace. Amounts are minor units as strings, times RFC 3339 UTC. Every POST takes an `Idempotency-Key`; a problem has a stable `code`.',
}

/** One document for the outside: every path of every service, keys as security, paths sorted. */
export function mergeDocuments(documents: readonly OpenApiDocument[], publicUrl: string) {
  const paths = new Map<string, Readonly<Record<string, unknown>>>()
  for (const [path, methods] of documents.flatMap((document) => Object.entries(document.paths ?? {})))
    paths.set(path, { ...paths.get(path), ...methods })
  const schemas = documents.flatMap((document) => Object.entries(document.components?.schemas ?? {}))
  return {
    openapi: '3.1.0',
    info: INFO,
    servers: [{ url: publicUrl }],
    security: [{ api_key: [] }],
    paths: Object.fromEntries([...paths].sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      schemas: Object.fromEntries(schemas.sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: { api_key: { type: 'http', scheme: 'bearer' } },
    },
  }
}

/** Every operation of a service's document, with the scope it needs. */
export function operationsOf(service: string, document: OpenApiDocument): RoutedOperation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      service,
      method: method.toUpperCase(),
      path,
      scope: scopeOf(operation),
    })),
  )
}

function scopeOf(operation: unknown): string {
  const scope: unknown =
    typeof operation === 'object' && operation !== null ? Reflect.get(operation, 'x-required-scope') : null
  return typeof scope === 'string' ? scope : 'internal'
}
