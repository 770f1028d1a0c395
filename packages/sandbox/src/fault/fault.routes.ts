import { Hono } from 'hono'
import type { Sql } from '../database.ts'
import { addFault, listFaults, removeFaults } from './fault.store.ts'
import { FaultInput } from './fault.ts'

/** `GET | POST | DELETE /faults`, `DELETE /faults/:id`. */
export function faultRoutes(sql: Sql): Hono {
  const app = new Hono()
  app.get('/faults', async (c) => c.json({ data: await listFaults(sql) }))
  app.post('/faults', async (c) => {
    const input = FaultInput.safeParse(await c.req.json().catch(() => undefined))
    if (!input.success) return c.json({ error: input.error.issues }, 400)
    return c.json(await addFault(sql, input.data), 201)
  })
  app.delete('/faults', async (c) => c.json({ removed: await removeFaults(sql) }))
  app.delete('/faults/:id{[0-9]+}', async (c) => {
    const removed = await removeFaults(sql, Number(c.req.param('id')))
    return removed === 0 ? c.json({ error: 'no such fault' }, 404) : c.json({ removed })
  })
  return app
}
