import { Hono } from 'hono'
import type { Sql } from '../database.ts'
import { listDeliveries } from './delivery.ts'

/** `GET /deliveries?message_id=`: what was sent where and what came of it. */
export function deliveryRoutes(sql: Sql): Hono {
  const app = new Hono()
  app.get('/deliveries', async (c) => {
    const messageId = c.req.query('message_id')
    return c.json({ data: await listDeliveries(sql, messageId === undefined ? {} : { messageId }) })
  })
  return app
}
