import * as om from '@openmeter/sdk/zod'
import { Hono } from 'hono'
import { findMeter } from '../meter/meter.store.ts'
import { filterSql } from '../meter/usage.ts'
import { parseInput } from '../shared/parse.ts'
import { ApiError, badRequest, conflict, notFound } from '../shared/problem.ts'
import { noContent, type Routing, readJson, search } from '../shared/route.ts'
import { isUlid, ulid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import { archiveFeature, findFeature, getFeature, insertFeature, listFeatures } from './feature.store.ts'
import { type Feature, type FeatureInput, featureView } from './feature.ts'

export function featureRoutes({ unit }: Routing): Hono {
  const app = new Hono()
  app.post('/api/v1/features', async (c) => {
    const input = parseInput<FeatureInput>(om.CreateFeatureBody, await readJson(c))
    return c.json(featureView(await unit((u) => createFeature(u, input))), 201)
  })
  app.get('/api/v1/features', async (c) => {
    const filter = {
      meterSlugs: search(c).getAll('meterSlug'),
      includeArchived: search(c).get('includeArchived') === 'true',
    }
    return unit(async ({ sql }) => c.json((await listFeatures(sql, filter)).map(featureView)))
  })
  app.get('/api/v1/features/:id', async (c) =>
    unit(async ({ sql }) => c.json(featureView(await getFeature(sql, c.req.param('id'))))),
  )
  app.delete('/api/v1/features/:id', async (c) => {
    await unit(async (u) => {
      const feature = await getFeature(u.sql, c.req.param('id'))
      await archiveFeature(u, feature.id)
    })
    return noContent()
  })
  return app
}

/** Refuses a live key in use (409), an unknown meter or dimension, and a key that looks like an id (400). */
async function createFeature(unit: Unit, input: FeatureInput): Promise<Feature> {
  if (isUlid(input.key)) throw badRequest('validation error: feature key cannot be a valid ULID')
  if (input.unitCost !== undefined) throw new ApiError(501, 'the sandbox does not do unit costs')
  const existing = await findFeature(unit.sql, input.key)
  if (existing && existing.archivedAt === null) throw conflict(`feature with key ${input.key} already exists`)
  const meter = input.meterSlug === undefined ? undefined : await findMeter(unit.sql, input.meterSlug)
  if (input.meterSlug !== undefined && !meter) throw notFound('meter', input.meterSlug)
  const simple = Object.entries(input.meterGroupByFilters ?? {}).map(([key, value]) => [key, { $eq: value }])
  const filters = input.advancedMeterGroupByFilters ?? Object.fromEntries(simple)
  if (meter) filterSql(unit.sql, meter, filters)
  return insertFeature(unit, {
    id: ulid(unit.now),
    key: input.key,
    name: input.name,
    metadata: input.metadata ?? null,
    meterId: meter?.id ?? null,
    filters,
  })
}
