import * as om from '@openmeter/sdk/zod'
import { Hono } from 'hono'
import { usesApp } from '../invoice/invoice.store.ts'
import { profileUsesApp } from '../profile/profile.store.ts'
import { paginate, parsePage } from '../shared/page.ts'
import { parseInput } from '../shared/parse.ts'
import { ApiError, badRequest, conflict, notFound } from '../shared/problem.ts'
import { noContent, type Routing, readJson, readOptionalJson, search } from '../shared/route.ts'
import type { Metadata } from '../shared/shape.ts'
import { ulid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import { getApp, insertApp, listApps, saveApp } from './app.store.ts'
import { APP_TYPES, type App, type AppType, appView, defaultCapabilities, listing } from './app.ts'

interface AppUpdate {
  readonly type: string
  readonly name: string
  readonly description?: string
  readonly metadata?: Metadata | null
  readonly enableDraftSyncHook?: boolean
  readonly enableIssuingSyncHook?: boolean
}

export function appRoutes({ unit }: Routing): Hono {
  const app = new Hono()
  app.get('/api/v1/marketplace/listings', (c) => c.json(paginate(APP_TYPES.map(listing), parsePage(search(c)))))
  app.get('/api/v1/marketplace/listings/:type', (c) => c.json(listing(installable(c.req.param('type')))))
  app.post('/api/v1/marketplace/listings/:type/install', async (c) => {
    const type = installable(c.req.param('type'))
    const input = parseInput<{ name?: string }>(om.MarketplaceAppInstallBody, await readOptionalJson(c))
    const installed = await unit((u) => insertApp(u, ulid(u.now), type, input.name ?? listing(type).name))
    return c.json({ app: appView(installed), defaultForCapabilityTypes: defaultCapabilities() })
  })
  app.get('/api/v1/apps', async (c) =>
    unit(async ({ sql }) => c.json(paginate((await listApps(sql)).map(appView), parsePage(search(c))))),
  )
  app.get('/api/v1/apps/:id', async (c) =>
    unit(async ({ sql }) => c.json(appView(await getApp(sql, c.req.param('id'))))),
  )
  app.put('/api/v1/apps/:id', async (c) => {
    const input = parseInput<AppUpdate>(om.UpdateAppBody, await readJson(c))
    return c.json(appView(await unit((u) => updateApp(u, c.req.param('id'), input))))
  })
  app.delete('/api/v1/apps/:id', async (c) => {
    await unit((u) => uninstallApp(u, c.req.param('id')))
    return noContent()
  })
  return app
}

function installable(type: string): AppType {
  if (type === 'stripe') throw new ApiError(501, 'the sandbox has no Stripe app')
  const known = APP_TYPES.find((one) => one === type)
  if (!known) throw notFound('marketplace listing', type)
  return known
}

async function updateApp(unit: Unit, id: string, input: AppUpdate): Promise<App> {
  const app = await getApp(unit.sql, id)
  if (input.type !== app.type) throw badRequest(`validation error: app type is ${app.type}`)
  return saveApp(unit, {
    ...app,
    name: input.name,
    description: input.description ?? null,
    metadata: input.metadata ?? null,
    draftSyncHook: input.enableDraftSyncHook ?? false,
    issuingSyncHook: input.enableIssuingSyncHook ?? false,
  })
}

async function uninstallApp(unit: Unit, id: string): Promise<void> {
  const app = await getApp(unit.sql, id)
  if (await profileUsesApp(unit.sql, id)) throw conflict('app is used by a billing profile')
  if (await usesApp(unit.sql, id)) throw conflict('app is used by invoices that are not in final state')
  await saveApp(unit, { ...app, deletedAt: unit.now })
}
