import * as om from '@openmeter/sdk/zod'
import { Hono } from 'hono'
import { getApp } from '../app/app.store.ts'
import { getCustomer } from '../customer/customer.store.ts'
import { customerView } from '../customer/customer.ts'
import { paginate, parsePage } from '../shared/page.ts'
import { parseInput } from '../shared/parse.ts'
import { notFound } from '../shared/problem.ts'
import { noContent, type Routing, readOptionalJson, search } from '../shared/route.ts'
import { compact } from '../shared/shape.ts'
import { isUlid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import { deleteOverride, findOverride, getProfile, listOverrides, profileOf, saveOverride } from './profile.store.ts'
import { profileView } from './profile.ts'

/** Paths below `/billing/customers` know ids only, never keys. */
export function overrideRoutes({ unit }: Routing): Hono {
  const app = new Hono()
  app.put('/api/v1/billing/customers/:id', async (c) => {
    const input = parseInput<{ billingProfileId?: string }>(
      om.UpsertBillingProfileCustomerOverrideBody,
      await readOptionalJson(c),
    )
    return unit(async (u) => {
      const customer = await byId(u, c.req.param('id'))
      if (input.billingProfileId !== undefined) await getProfile(u.sql, input.billingProfileId)
      await saveOverride(u, { customerId: customer.id, billingProfileId: input.billingProfileId ?? null })
      return c.json(await view(u, customer.id))
    })
  })
  app.get('/api/v1/billing/customers', async (c) =>
    unit(async (u) => {
      const page = paginate(await listOverrides(u.sql), parsePage(search(c)))
      return c.json({ ...page, items: await Promise.all(page.items.map(({ customerId }) => view(u, customerId))) })
    }),
  )
  app.get('/api/v1/billing/customers/:id', async (c) =>
    unit(async (u) => c.json(await view(u, (await byId(u, c.req.param('id'))).id))),
  )
  app.delete('/api/v1/billing/customers/:id', async (c) => {
    await unit(async (u) => {
      const id = c.req.param('id')
      if (!(await deleteOverride(u.sql, id))) throw notFound('customer override', id)
    })
    return noContent()
  })
  return app
}

async function byId({ sql }: Unit, id: string) {
  if (!isUlid(id)) throw notFound('customer', id)
  const customer = await getCustomer(sql, id)
  if (customer.id !== id.toUpperCase()) throw notFound('customer', id)
  return customer
}

async function view({ sql }: Unit, customerId: string) {
  const override = await findOverride(sql, customerId)
  const base = await profileOf(sql, customerId)
  const profile = profileView(base, await getApp(sql, base.appId))
  const customer = customerView(await getCustomer(sql, customerId))
  return {
    ...(override === undefined ? {} : { customerOverride: compact(override) }),
    baseBillingProfileId: base.id,
    customerProfile: { supplier: profile.supplier, workflow: profile.workflow, apps: profile.apps },
    customer,
  }
}
