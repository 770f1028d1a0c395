import type { z } from 'zod'
import type { Kind } from '../store/resource.ts'
import { load } from '../store/resource.ts'
import { ApiError, notImplemented } from './errors.ts'
import { NOT_IMPLEMENTED } from './fields.ts'
import { type Filters, listPage } from './list.ts'
import type { Query } from './query.ts'
import type { Unit } from './unit.ts'

export interface Reply {
  readonly status: number
  /** `null` for an answer without a body (204). */
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Call {
  readonly params: Readonly<Record<string, string>>
  readonly query: Query
  readonly body: unknown
}

export type Method = 'get' | 'post' | 'patch' | 'put' | 'delete'

export interface Route {
  readonly method: Method
  readonly path: string
  readonly handle: (unit: Unit, call: Call) => Promise<Reply>
}

type Params = Readonly<Record<string, string>>
type BodyHandler<T> = (unit: Unit, input: T, id: string, params: Params) => Promise<unknown>

function withBody(method: Method, path: string, status: number) {
  return <S extends z.ZodType>(schema: S, run: BodyHandler<z.infer<S>>): Route => ({
    method,
    path,
    handle: async (unit, { params, body }) => ({
      status,
      body: await run(unit, parse(schema, body), params.id ?? '', params),
    }),
  })
}

/** `POST` that creates: 201 with the new resource. */
export const create = (path: string) => withBody('post', path, 201)
/** `POST` that is only accepted: 202, the rest happens later. */
export const accept = (path: string) => withBody('post', path, 202)
/** `POST` that acts on a resource: 200. */
export const act = (path: string) => withBody('post', path, 200)
/** `PUT`: 200 with what is there now. */
export const replace = (path: string) => withBody('put', path, 200)
/** `PATCH`: 200 with the changed resource. */
export const update = (path: string) => withBody('patch', path, 200)

/** `GET` of one resource. */
export function retrieve(path: string, kind: Kind): Route {
  return { method: 'get', path, handle: async (unit, { params }) => ok((await load(unit, kind, params.id ?? '')).body) }
}

/** `GET` of a list; a query parameter without a filter is refused, not ignored. */
export function list(path: string, kind: Kind, filters: Filters): Route {
  return { method: 'get', path, handle: (unit, { query }) => listPage(unit, kind, query, filters) }
}

/** `DELETE`: 204, or 200 with the discarded resource when `run` returns one. */
export function remove(path: string, run: (unit: Unit, id: string) => Promise<unknown>): Route {
  return {
    method: 'delete',
    path,
    handle: async (unit, { params }) => {
      const body = (await run(unit, params.id ?? '')) ?? null
      return { status: body === null ? 204 : 200, body }
    },
  }
}

export function ok(body: unknown): Reply {
  return { status: 200, body }
}

/** The body read by its schema; refused with the first thing wrong. Unknown parameters pass, as they do at the original. */
export function parse<S extends z.ZodType>(schema: S, body: unknown): z.infer<S> {
  const result = schema.safeParse(body === undefined ? {} : body)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const path = issue?.path.map(String) ?? []
  if (issue?.message === NOT_IMPLEMENTED) notImplemented(path.join('.'))
  const absent = path.reduce<unknown>((value, key) => member(value, key), body) === undefined
  const code = absent ? 'parameter_missing' : 'parameter_invalid'
  throw new ApiError(422, code, `${path.join('.') || 'body'}: ${issue?.message ?? 'invalid'}`, path.join('.') || null)
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined
}
