import { ApiError } from './errors.ts'

export type QueryValue = string | readonly string[] | Readonly<Record<string, string>>
export type Query = ReadonlyMap<string, QueryValue>

const PLAIN = /^[^[\]]+$/
const LIST = /^([^[\]]+)\[\]$/
const MEMBER = /^([^[\]]+)\[([^[\]]+)\]$/

/** Reads a query string in brackets: `id[]=a`, `metadata[k]=v`, `effective_at[gte]=…`. Refuses anything deeper. */
export function parseQuery(search: URLSearchParams): Query {
  const query = new Map<string, QueryValue>()
  for (const [name, value] of search) {
    const list = LIST.exec(name)?.[1]
    const [, owner, member] = MEMBER.exec(name) ?? []
    if (PLAIN.test(name)) query.set(name, value)
    else if (list !== undefined) query.set(list, [...asList(query.get(list)), value])
    else if (owner !== undefined && member !== undefined) {
      query.set(owner, { ...asMembers(query.get(owner)), [member]: value })
    } else throw new ApiError(400, 'parameter_invalid', 'The query string is not understood', name)
  }
  return query
}

/** Whether the parameter was written `name[member]=…`. */
export function isMembers(value: QueryValue): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && !Array.isArray(value)
}

function asList(value: QueryValue | undefined): readonly string[] {
  return Array.isArray(value) ? value : []
}

function asMembers(value: QueryValue | undefined): Readonly<Record<string, string>> {
  return value !== undefined && isMembers(value) ? value : {}
}
