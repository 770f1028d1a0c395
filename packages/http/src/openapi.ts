import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import type { Route } from './route.ts'
import { problemSchema } from './schemas.ts'

const PROBLEM = { content: { 'application/problem+json': { schema: problemSchema } } }
const SHARED_PROBLEMS = {
  400: 'The request does not fit its schema',
  401: 'No or wrong credentials',
  403: 'The scope is missing',
  404: 'Not found, or of another tenant',
  409: 'In conflict with what is there, or in flight',
  412: 'If-Match names another version; what changed since it',
  413: 'The body is too large',
  415: 'The body is not JSON',
  422: 'A rule said no',
  500: 'Our mistake',
  503: 'Try again',
} as const

const IDEMPOTENCY_KEY = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: 'Unique for each thing to be done; a repetition replays the stored answer' })
const IF_MATCH = z
  .string()
  .optional()
  .meta({ description: 'The `ETag` of the version this is meant for; refused when it is another by now' })

export interface DocumentInfo {
  readonly title: string
  readonly version: string
  readonly description?: string
}

/** The OpenAPI 3.1 document of these routes; webhook receivers (`scope: null`) and `/internal/*` stay out of it. */
export function openApiDocument(routes: readonly Route[], info: DocumentInfo) {
  const app = new OpenAPIHono()
  for (const route of routes) if (isPublic(route)) register(app, route)
  return mended(app.getOpenAPI31Document({ openapi: '3.1.0', info: { ...info } }))
}

/**
 * What the generator gets wrong: it writes the flags of a regular expression into its pattern, which then matches
 * nothing, and says of a component that may be null that it must be both the component and an object or null.
 */
function mended<T>(document: T): T {
  const reviver = (key: string, value: unknown) => {
    if (key === 'pattern' && typeof value === 'string') return value.replace(/\$\/[a-z]+$/, '$')
    const both = nullableComponent.safeParse(value)
    return both.success ? { anyOf: [both.data.allOf[0], { type: 'null' }] } : value
  }
  return JSON.parse(JSON.stringify(document), reviver) as T
}

const nullableComponent = z.strictObject({
  allOf: z.tuple([
    z.strictObject({ $ref: z.string() }),
    z.strictObject({ type: z.tuple([z.literal('object'), z.literal('null')]) }),
  ]),
})

function isPublic(route: Route): boolean {
  return route.scope !== null && !route.path.startsWith('/internal/')
}

function register(app: OpenAPIHono, route: Route): void {
  const { method, path, summary, description, tags, params, query, body, scope } = route
  app.openAPIRegistry.registerPath({
    method,
    path,
    operationId: operationId(route),
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [...tags],
    'x-required-scope': scope,
    request: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...headersOf(route),
      ...(body === undefined || body === 'raw'
        ? {}
        : { body: { required: true, content: { 'application/json': { schema: body } } } }),
    },
    responses: { ...problems(route), ...successes(route) },
  })
}

function headersOf({ idempotency, versioned }: Route) {
  const shape = {
    ...(idempotency === 'none' ? {} : { 'Idempotency-Key': IDEMPOTENCY_KEY }),
    ...(versioned ? { 'If-Match': IF_MATCH } : {}),
  }
  return Object.keys(shape).length === 0 ? {} : { headers: z.strictObject(shape) }
}

function successes(route: Route) {
  return Object.fromEntries(
    Object.entries(route.responses).map(([status, schema]) => [
      status,
      schema === null
        ? { description: 'Done' }
        : { description: route.summary, content: { 'application/json': { schema } } },
    ]),
  )
}

function problems(route: Route) {
  const without = new Set(route.method === 'get' ? ['409', '413', '415', '422'] : [])
  if (!route.versioned) without.add('412')
  return Object.fromEntries(
    Object.entries(SHARED_PROBLEMS)
      .filter(([status]) => !without.has(status))
      .map(([status, description]) => [status, { description, ...PROBLEM }]),
  )
}

/** `post_contracts_lines` for `POST /v1/contracts/{contract_id}/lines`: stable as long as the path is. */
function operationId({ method, path }: Route): string {
  const words = path
    .replace(/^\/v\d+\//, '')
    .split('/')
    .map((part) => (part.startsWith('{') ? `by_${part.slice(1, -1)}` : part.replaceAll('-', '_')))
  return [method, ...words].join('_')
}
