import * as om from '@openmeter/sdk/zod'
import { type Context, Hono } from 'hono'
import { parseInput, parseQuery } from '../shared/parse.ts'
import { badRequest, notFound } from '../shared/problem.ts'
import { noContent, type Routing, readJson, readOptionalJson, search } from '../shared/route.ts'
import { getMeter, listMeters, type MeterChange } from './meter.store.ts'
import { type MeterInput, meterView } from './meter.ts'
import { type MeterQuery, queryMeter } from './query-meter.ts'
import { dimension, type Filters } from './usage.ts'
import { createMeter, deleteMeter, updateMeter } from './write-meter.ts'

const ARRAYS = ['subject', 'filterCustomerId', 'groupBy']

export function meterRoutes({ unit }: Routing): Hono {
  const app = new Hono()
  // The specification says 201; the server answers 200.
  app.post('/api/v1/meters', async (c) => {
    const input = parseInput<MeterInput>(om.CreateMeterBody, await readJson(c))
    return c.json(meterView(await unit((u) => createMeter(u, input))), 200)
  })
  app.get('/api/v1/meters', async (c) => unit(async ({ sql }) => c.json((await listMeters(sql)).map(meterView))))
  app.get('/api/v1/meters/:id', async (c) =>
    unit(async ({ sql }) => c.json(meterView(await getMeter(sql, c.req.param('id'))))),
  )
  app.put('/api/v1/meters/:id', async (c) => {
    const change = parseInput<MeterChange>(om.UpdateMeterBody, await readJson(c))
    return c.json(meterView(await unit((u) => updateMeter(u, c.req.param('id'), change))))
  })
  app.delete('/api/v1/meters/:id', async (c) => {
    await unit((u) => deleteMeter(u, c.req.param('id')))
    return noContent()
  })
  const query = (c: Context, id: string, read: () => MeterQuery) =>
    unit(async ({ sql }) => c.json(await queryMeter(sql, await getMeter(sql, id), read())))
  app.get('/api/v1/meters/:id/query', async (c) =>
    query(c, c.req.param('id'), () =>
      toQuery(parseQuery<RawQuery<string>>(om.QueryMeterQueryParams, search(c), ARRAYS)),
    ),
  )
  app.post('/api/v1/meters/:id/query', async (c) => {
    const raw = parseInput<RawQuery<readonly string[]>>(om.QueryMeterPostBody, await readOptionalJson(c))
    return query(c, c.req.param('id'), () => toQuery(raw))
  })
  app.get('/api/v1/meters/:id/group-by/:key/values', async (c) =>
    unit(async ({ sql }) => {
      const meter = await getMeter(sql, c.req.param('id'))
      const path = meter.groupBy[c.req.param('key')]
      if (path === undefined) throw notFound('group by key', c.req.param('key'))
      const rows = await sql<{ value: string }[]>`
        select distinct ${dimension(sql, path)} as value from events where type = ${meter.eventType} order by 1`
      return c.json(rows.map(({ value }) => value).filter((value) => value !== null))
    }),
  )
  return app
}

type RawQuery<V> = Omit<MeterQuery, 'filters'> & {
  readonly filterGroupBy?: Readonly<Record<string, V>>
  readonly advancedMeterGroupByFilters?: Filters
}

function toQuery(raw: RawQuery<string | readonly string[]>): MeterQuery {
  const { filterGroupBy, advancedMeterGroupByFilters, ...rest } = raw
  if (filterGroupBy && advancedMeterGroupByFilters) {
    throw badRequest('validation error: filterGroupBy and advancedMeterGroupByFilters are mutually exclusive')
  }
  const simple = Object.entries(filterGroupBy ?? {}).map(([key, value]) => [key, { $in: [value].flat() }])
  return { ...rest, filters: advancedMeterGroupByFilters ?? Object.fromEntries(simple) }
}
