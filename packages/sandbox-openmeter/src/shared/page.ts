import { z } from 'zod'
import { parseQuery } from './parse.ts'

export interface Page {
  readonly page: number
  readonly pageSize: number
}

const PageQuery = z.object({
  page: z.coerce.number().int().min(1).default(1),
  pageSize: z.coerce.number().int().min(1).max(1000).default(100),
})

export const parsePage = (search: URLSearchParams): Page => parseQuery<Page>(PageQuery, search)

/** Cuts one page out of everything. */
export function paginate<T>(all: readonly T[], { page, pageSize }: Page) {
  const items = all.slice((page - 1) * pageSize, page * pageSize)
  return { totalCount: all.length, page, pageSize, items }
}
