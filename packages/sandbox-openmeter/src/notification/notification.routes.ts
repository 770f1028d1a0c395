import { randomBytes } from 'node:crypto'
import { requeue } from '@draupnir/sandbox'
import * as om from '@openmeter/sdk/zod'
import { Hono } from 'hono'
import { paginate, parsePage } from '../shared/page.ts'
import { parseInput, parseQuery } from '../shared/parse.ts'
import { ApiError, badRequest, conflict } from '../shared/problem.ts'
import { noContent, type Routing, readJson, readOptionalJson, search } from '../shared/route.ts'
import type { Metadata } from '../shared/shape.ts'
import { ulid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import { eventViews } from './event.view.ts'
import {
  type EventFilter,
  getChannel,
  getEvent,
  getRule,
  listChannels,
  listNotificationEvents,
  listRules,
  saveChannel,
  saveRule,
} from './notification.store.ts'
import { type Channel, channelView, type EventType, messageIdOf, type Rule, ruleView } from './notification.ts'
import { notifyRule } from './notify.ts'
import { isSigningSecret } from './svix.ts'

const ROOT = '/api/v1/notification'

interface ChannelInput {
  readonly type: 'WEBHOOK'
  readonly name: string
  readonly url: string
  readonly disabled?: boolean
  readonly customHeaders?: Readonly<Record<string, string>>
  readonly signingSecret?: string
  readonly metadata?: Metadata | null
}

export function channelRoutes({ unit }: Routing): Hono {
  const app = new Hono()
  app.post(`${ROOT}/channels`, async (c) => {
    const input = parseInput<ChannelInput>(om.CreateNotificationChannelBody, await readJson(c))
    const channel = await unit((u) => saveChannel(u, { id: ulid(u.now), ...fresh(u), ...channelFields(input) }))
    return c.json(channelView(channel), 201)
  })
  app.get(`${ROOT}/channels`, async (c) =>
    unit(async ({ sql }) => c.json(paginate((await listChannels(sql)).map(channelView), parsePage(search(c))))),
  )
  app.get(`${ROOT}/channels/:id`, async (c) =>
    unit(async ({ sql }) => c.json(channelView(await getChannel(sql, c.req.param('id'))))),
  )
  app.put(`${ROOT}/channels/:id`, async (c) => {
    const input = parseInput<ChannelInput>(om.UpdateNotificationChannelBody, await readJson(c))
    const channel = await unit(async (u) => {
      const before = await getChannel(u.sql, c.req.param('id'))
      return saveChannel(u, { ...before, ...channelFields(input, before.signingSecret) })
    })
    return c.json(channelView(channel))
  })
  app.delete(`${ROOT}/channels/:id`, async (c) => {
    await unit(async (u) => {
      const channel = await getChannel(u.sql, c.req.param('id'))
      const rules = await listRules(u.sql)
      if (rules.some(({ channels }) => channels.includes(channel.id))) {
        throw conflict('cannot delete channel as it is assigned to one or more rules')
      }
      await saveChannel(u, { ...channel, deletedAt: u.now })
    })
    return noContent()
  })
  return app
}

function channelFields(input: ChannelInput, secret?: string) {
  const signingSecret = input.signingSecret ?? secret ?? `whsec_${randomBytes(32).toString('base64')}`
  if (!isSigningSecret(signingSecret)) throw badRequest('validation error: invalid signing secret')
  if (!URL.canParse(input.url)) throw badRequest('validation error: invalid webhook url')
  return {
    name: input.name,
    url: input.url,
    disabled: input.disabled ?? false,
    customHeaders: input.customHeaders ?? {},
    signingSecret,
    metadata: input.metadata ?? null,
  } satisfies Partial<Channel>
}

interface RuleInput {
  readonly type: string
  readonly name: string
  readonly disabled?: boolean
  readonly channels: readonly string[]
  readonly metadata?: Metadata | null
}

export function ruleRoutes({ unit }: Routing): Hono {
  const app = new Hono()
  const view = async (u: Unit, rule: Rule) => ruleView(rule, await listChannels(u.sql))
  app.post(`${ROOT}/rules`, async (c) => {
    const input = parseInput<RuleInput>(om.CreateNotificationRuleBody, await readJson(c))
    return unit(async (u) => {
      const rule = await saveRule(u, { id: ulid(u.now), ...fresh(u), ...(await ruleFields(u, input)) })
      return c.json(await view(u, rule), 201)
    })
  })
  app.get(`${ROOT}/rules`, async (c) =>
    unit(async (u) => {
      const page = paginate(await listRules(u.sql), parsePage(search(c)))
      return c.json({ ...page, items: await Promise.all(page.items.map((rule) => view(u, rule))) })
    }),
  )
  app.get(`${ROOT}/rules/:id`, async (c) =>
    unit(async (u) => c.json(await view(u, await getRule(u.sql, c.req.param('id'))))),
  )
  app.put(`${ROOT}/rules/:id`, async (c) => {
    const input = parseInput<RuleInput>(om.UpdateNotificationRuleBody, await readJson(c))
    return unit(async (u) => {
      const before = await getRule(u.sql, c.req.param('id'))
      if (input.type !== before.type) throw badRequest('validation error: rule type cannot be changed')
      return c.json(await view(u, await saveRule(u, { ...before, ...(await ruleFields(u, input)) })))
    })
  })
  app.delete(`${ROOT}/rules/:id`, async (c) => {
    await unit(async (u) => saveRule(u, { ...(await getRule(u.sql, c.req.param('id'))), deletedAt: u.now }))
    return noContent()
  })
  app.post(`${ROOT}/rules/:id/test`, async (c) =>
    unit(async (u) => {
      const rule = await getRule(u.sql, c.req.param('id'))
      const event = await getEvent(u.sql, await notifyRule(u, rule, { test: true }))
      return c.json((await eventViews(u, [event]))[0], 201)
    }),
  )
  return app
}

async function ruleFields({ sql }: Unit, input: RuleInput) {
  if (input.type !== 'invoice.created' && input.type !== 'invoice.updated') {
    throw new ApiError(501, `the sandbox has no ${input.type} notifications`)
  }
  const type: EventType = input.type
  for (const id of input.channels) {
    await getChannel(sql, id).catch(() => {
      throw badRequest(`validation error: channel not found: ${id}`)
    })
  }
  const { name, channels } = input
  return { type, name, channels, disabled: input.disabled ?? false, metadata: input.metadata ?? null }
}

const fresh = ({ now }: Unit) => ({ createdAt: now, updatedAt: now, deletedAt: null })

export function notificationEventRoutes({ unit }: Routing): Hono {
  const app = new Hono()
  app.get(`${ROOT}/events`, async (c) => {
    const arrays = ['rule', 'channel', 'subject', 'feature']
    const filter = parseQuery<EventFilter>(om.ListNotificationEventsQueryParams, search(c), arrays)
    return unit(async (u) => {
      const page = paginate(await listNotificationEvents(u.sql, filter), parsePage(search(c)))
      return c.json({ ...page, items: await eventViews(u, page.items) })
    })
  })
  app.get(`${ROOT}/events/:id`, async (c) =>
    unit(async (u) => c.json((await eventViews(u, [await getEvent(u.sql, c.req.param('id'))]))[0])),
  )
  app.post(`${ROOT}/events/:id/resend`, async (c) => {
    const input = parseInput<{ channels?: string[] }>(om.ResendNotificationEventBody, await readOptionalJson(c))
    await unit(async (u) => {
      const event = await getEvent(u.sql, c.req.param('id'))
      for (const channel of input.channels ?? event.channels) {
        if (!event.channels.includes(channel))
          throw badRequest(`validation error: channel not of this event: ${channel}`)
        await requeue(u.sql, u.now, messageIdOf(event.id), channel)
      }
    })
    return new Response(null, { status: 202 })
  })
  return app
}
