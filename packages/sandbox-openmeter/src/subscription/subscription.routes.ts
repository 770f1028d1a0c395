import type { Instant } from '@draupnir/time'
import { instant } from '@draupnir/time'
import * as om from '@openmeter/sdk/zod'
import { Hono } from 'hono'
import { findFeature } from '../feature/feature.store.ts'
import type { Feature } from '../feature/feature.ts'
import { parseInput } from '../shared/parse.ts'
import { noContent, type Routing, readJson, readOptionalJson, search } from '../shared/route.ts'
import type { Unit } from '../shared/unit.ts'
import {
  type ChangeInput,
  type CreateInput,
  cancelSubscription,
  changeSubscription,
  createSubscription,
  deleteSubscription,
  editSubscription,
  unscheduleCancelation,
} from './change-subscription.ts'
import type { Customization } from './edit.ts'
import { getSubscription } from './subscription.store.ts'
import type { Subscription } from './subscription.ts'
import { expandedView, subscriptionView } from './subscription.view.ts'
import type { Timing } from './timing.ts'

const ROOT = '/api/v1/subscriptions'

export function subscriptionRoutes({ unit }: Routing): Hono {
  const app = new Hono()
  app.post(ROOT, async (c) => {
    const input = parseInput<CreateInput>(om.CreateSubscriptionBody, await readJson(c))
    return unit(async (u) => c.json(subscriptionView(await createSubscription(u, input), u.now), 201))
  })
  app.get(`${ROOT}/:id`, async (c) => {
    const at = search(c).get('at')
    return unit(async (u) => {
      const subscription = await getSubscription(u.sql, c.req.param('id'))
      return c.json(await expanded(u, subscription, at === null ? u.now : instant(at)))
    })
  })
  app.patch(`${ROOT}/:id`, async (c) => {
    const input = parseInput<{ customizations: Customization[]; timing?: Timing }>(
      om.EditSubscriptionBody,
      await readJson(c),
    )
    return unit(async (u) => c.json(subscriptionView(await editSubscription(u, c.req.param('id'), input), u.now)))
  })
  app.delete(`${ROOT}/:id`, async (c) => {
    await unit((u) => deleteSubscription(u, c.req.param('id')))
    return noContent()
  })
  app.post(`${ROOT}/:id/cancel`, async (c) => {
    const { timing } = parseInput<{ timing?: Timing }>(om.CancelSubscriptionBody, await readOptionalJson(c))
    return unit(async (u) =>
      c.json(subscriptionView(await cancelSubscription(u, c.req.param('id'), timing ?? 'immediate'), u.now)),
    )
  })
  app.post(`${ROOT}/:id/unschedule-cancelation`, async (c) =>
    unit(async (u) => c.json(subscriptionView(await unscheduleCancelation(u, c.req.param('id')), u.now))),
  )
  app.post(`${ROOT}/:id/change`, async (c) => {
    const input = parseInput<ChangeInput>(om.ChangeSubscriptionBody, await readJson(c))
    return unit(async (u) => {
      const { current, next } = await changeSubscription(u, c.req.param('id'), input)
      return c.json({ current: subscriptionView(current, u.now), next: await expanded(u, next, u.now) })
    })
  })
  return app
}

async function expanded({ sql, now }: Unit, subscription: Subscription, at: Instant) {
  const keys = new Set(subscription.phases.flatMap(({ items }) => items.map(({ rateCard }) => rateCard.featureKey)))
  const features = new Map<string, Feature>()
  for (const key of keys) {
    const feature = key === undefined ? undefined : await findFeature(sql, key)
    if (feature) features.set(feature.key, feature)
  }
  return expandedView(subscription, now, at, features)
}
