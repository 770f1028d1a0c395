import { z } from '@hono/zod-openapi'

const MAX_LIMIT = 200
const DEFAULT_LIMIT = 50

/** `limit` and `cursor`, for the query of a list: `query: strict({ ...pageQuery, status: … })`. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .transform(Number)
    .refine((limit) => limit <= MAX_LIMIT, `must be at most ${MAX_LIMIT}`)
    .default(DEFAULT_LIMIT)
    .openapi({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT }),
  cursor: z.string().min(1).max(500).optional(),
}

/** `{ data: […], next_cursor }` */
export function listOf<S extends z.ZodType>(item: S) {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable() })
}

/** Gives a schema its name in the OpenAPI document: `#/components/schemas/<name>`. */
export function component<S extends z.ZodType>(name: string, schema: S): S {
  return schema.meta({ id: name })
}

export const problemSchema = component(
  'Problem',
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    request_id: z.string(),
    context: z.record(z.string(), z.unknown()),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  }),
)
