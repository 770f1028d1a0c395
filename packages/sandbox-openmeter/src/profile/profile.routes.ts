import { type Duration, duration } from '@draupnir/time'
import * as om from '@openmeter/sdk/zod'
import { Hono } from 'hono'
import { getApp } from '../app/app.store.ts'
import { paginate, parsePage } from '../shared/page.ts'
import { parseInput } from '../shared/parse.ts'
import { badRequest } from '../shared/problem.ts'
import { noContent, type Routing, readJson, search } from '../shared/route.ts'
import { ulid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import { getProfile, listProfiles, saveProfile } from './profile.store.ts'
import { completeWorkflow, type Profile, type ProfileInput, profileView, type Workflow } from './profile.ts'

export function profileRoutes({ unit }: Routing): Hono {
  const app = new Hono()
  app.post('/api/v1/billing/profiles', async (c) => {
    const input = parseInput<ProfileInput>(om.CreateBillingProfileBody, await readJson(c))
    return c.json(await unit(async (u) => view(u, await createProfile(u, input), true)), 201)
  })
  app.get('/api/v1/billing/profiles', async (c) =>
    unit(async (u) => {
      const page = paginate(await listProfiles(u.sql), parsePage(search(c)))
      const expand = search(c).getAll('expand').length > 0
      return c.json({ ...page, items: await Promise.all(page.items.map((one) => view(u, one, expand))) })
    }),
  )
  app.get('/api/v1/billing/profiles/:id', async (c) =>
    unit(async (u) => {
      const expand = search(c).getAll('expand').length > 0
      return c.json(await view(u, await getProfile(u.sql, c.req.param('id')), expand))
    }),
  )
  app.put('/api/v1/billing/profiles/:id', async (c) => {
    const input = parseInput<Omit<ProfileInput, 'apps'>>(om.UpdateBillingProfileBody, await readJson(c))
    return c.json(await unit(async (u) => view(u, await updateProfile(u, c.req.param('id'), input), true)))
  })
  app.delete('/api/v1/billing/profiles/:id', async (c) => {
    await unit((u) => deleteProfile(u, c.req.param('id')))
    return noContent()
  })
  return app
}

const view = async ({ sql }: Unit, profile: Profile, expand: boolean) =>
  profileView(profile, expand ? await getApp(sql, profile.appId) : undefined)

async function createProfile(unit: Unit, input: ProfileInput): Promise<Profile> {
  const { tax, invoicing, payment } = input.apps
  if (tax !== invoicing || invoicing !== payment) {
    throw badRequest('validation error: tax, invoicing and payment app must be the same')
  }
  const app = await getApp(unit.sql, invoicing)
  if (app.deletedAt !== null) throw badRequest(`validation error: app is uninstalled: ${app.id}`)
  return saveProfile(unit, {
    id: ulid(unit.now),
    ...fields(input),
    appId: app.id,
    createdAt: unit.now,
    updatedAt: unit.now,
    deletedAt: null,
  })
}

async function updateProfile(unit: Unit, id: string, input: Omit<ProfileInput, 'apps'>): Promise<Profile> {
  const before = await getProfile(unit.sql, id)
  if (before.isDefault && !input.default) throw badRequest('validation error: default profile can not be unset')
  return saveProfile(unit, { ...before, ...fields(input) })
}

async function deleteProfile(unit: Unit, id: string): Promise<void> {
  const profile = await getProfile(unit.sql, id)
  if (profile.isDefault) throw badRequest('validation error: default profile can not be deleted')
  const pinned = await unit.sql`select 1 from customer_overrides where billing_profile_id = ${id} limit 1`
  if (pinned.length > 0) throw badRequest('validation error: profile is referenced by customer overrides')
  await saveProfile(unit, { ...profile, deletedAt: unit.now })
}

function fields(input: Omit<ProfileInput, 'apps'>) {
  const workflow = completeWorkflow(input.workflow)
  checkDurations(workflow)
  return {
    name: input.name,
    description: input.description ?? null,
    metadata: input.metadata ?? null,
    supplier: input.supplier,
    workflow,
    isDefault: input.default,
  }
}

function checkDurations({ collection, invoicing }: Workflow): void {
  const all: readonly Duration[] = [collection.interval, invoicing.draftPeriod, invoicing.dueAfter]
  for (const one of all) duration(one)
}
