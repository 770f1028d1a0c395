import * as om from '@openmeter/sdk/zod'
import { Hono } from 'hono'
import { z } from 'zod'
import { metersOfType } from '../meter/meter.store.ts'
import type { Meter } from '../meter/meter.ts'
import { parseInput, parseQuery } from '../shared/parse.ts'
import { badRequest } from '../shared/problem.ts'
import { noContent, type Routing, readJson, search } from '../shared/route.ts'
import { type EventFilter, insertEvents, listEvents } from './event.store.ts'
import { type CloudEvent, eventView } from './event.ts'

const SINGLE = 'application/cloudevents+json'
const BATCH = 'application/cloudevents-batch+json'
const JSON_EITHER = 'application/json'

export function eventRoutes({ unit }: Routing): Hono {
  const app = new Hono()
  app.post('/api/v1/events', async (c) => {
    const contentType = c.req.header('content-type') ?? ''
    const body = await readJson(c)
    const events = readEvents(contentType, body)
    await unit(async (u) => {
      const meters = await metersOfType(u.sql, [...new Set(events.map(({ type }) => type))])
      await insertEvents(
        u,
        events,
        events.map((event) => validationErrorOf(event, meters)),
      )
    })
    return noContent()
  })
  app.get('/api/v1/events', async (c) => {
    const filter = parseQuery<EventFilter>(om.ListEventsQueryParams, search(c), ['customerId'])
    return unit(async ({ sql }) => c.json((await listEvents(sql, filter)).map(eventView)))
  })
  return app
}

function readEvents(contentType: string, body: unknown): CloudEvent[] {
  const batch = Array.isArray(body)
  const fits = contentType === JSON_EITHER || contentType === (batch ? BATCH : SINGLE)
  if (!fits) throw badRequest(`invalid content type: ${contentType}`)
  const schema = batch ? z.array(om.IngestEventsBody) : om.IngestEventsBody
  const events = parseInput<CloudEvent | CloudEvent[]>(schema, body)
  return [events].flat()
}

// Such an event is accepted and only flagged: it is kept out of the sums.
function validationErrorOf(event: CloudEvent, meters: readonly Meter[]): string | null {
  const errors = meters
    .filter((meter) => meter.eventType === event.type)
    .map((meter) => valueError(meter, event))
    .filter((error) => error !== null)
  return errors.length === 0 ? null : errors.join('; ')
}

function valueError(meter: Meter, event: CloudEvent): string | null {
  if (meter.valueProperty === null) return null
  const value = meter.valueProperty
    .replace(/^\$\.?/, '')
    .split('.')
    .filter((step) => step !== '')
    .reduce<unknown>(
      (at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined),
      event.data,
    )
  if (value === undefined || value === null) return `invalid event: missing value property: "${meter.valueProperty}"`
  if (meter.aggregation === 'UNIQUE_COUNT') return null
  const numeric =
    typeof value === 'number' || (typeof value === 'string' && /^\s*-?\d+(\.\d+)?([eE][-+]?\d+)?\s*$/.test(value))
  return numeric ? null : `invalid event: value cannot be parsed as number: ${String(value).slice(0, 40)}`
}
