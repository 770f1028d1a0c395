import * as om from '@openmeter/sdk/zod'
import { Hono } from 'hono'
import { paginate, parsePage } from '../shared/page.ts'
import { parseInput, parseQuery } from '../shared/parse.ts'
import { noContent, type Routing, readJson, search } from '../shared/route.ts'
import type { Unit } from '../shared/unit.ts'
import { currentSubscription, listSubscriptions } from '../subscription/subscription.store.ts'
import { subscriptionView } from '../subscription/subscription.view.ts'
import { type CustomerFilter, getCustomer, listCustomers } from './customer.store.ts'
import { type Customer, type CustomerInput, customerView } from './customer.ts'
import { createCustomer, deleteCustomer, updateCustomer } from './write-customer.ts'

export function customerRoutes({ unit }: Routing): Hono {
  const app = new Hono()
  app.post('/api/v1/customers', async (c) => {
    const input = parseInput<CustomerInput>(om.CreateCustomerBody, await readJson(c))
    return c.json(customerView(await unit((u) => createCustomer(u, input))), 201)
  })
  app.get('/api/v1/customers', async (c) => {
    const filter = parseQuery<CustomerFilter>(om.ListCustomersQueryParams, search(c), ['expand'])
    return unit(async (u) => {
      const page = paginate(await listCustomers(u.sql, filter), parsePage(search(c)))
      return c.json({ ...page, items: await Promise.all(page.items.map((customer) => view(u, customer))) })
    })
  })
  app.get('/api/v1/customers/:id', async (c) =>
    unit(async (u) => c.json(await view(u, await getCustomer(u.sql, c.req.param('id'))))),
  )
  app.put('/api/v1/customers/:id', async (c) => {
    const input = parseInput<CustomerInput>(om.UpdateCustomerBody, await readJson(c))
    return unit(async (u) => c.json(await view(u, await updateCustomer(u, c.req.param('id'), input))))
  })
  app.delete('/api/v1/customers/:id', async (c) => {
    await unit((u) => deleteCustomer(u, c.req.param('id')))
    return noContent()
  })
  app.get('/api/v1/customers/:id/subscriptions', async (c) =>
    unit(async (u) => {
      const customer = await getCustomer(u.sql, c.req.param('id'))
      const all = (await listSubscriptions(u.sql, customer.id)).map((one) => subscriptionView(one, u.now))
      const wanted = search(c).getAll('status')
      const matching = wanted.length === 0 ? all : all.filter(({ status }) => wanted.includes(String(status)))
      return c.json(paginate(matching, parsePage(search(c))))
    }),
  )
  return app
}

async function view({ sql, now }: Unit, customer: Customer) {
  return customerView(customer, (await currentSubscription(sql, customer.id, now))?.id)
}
