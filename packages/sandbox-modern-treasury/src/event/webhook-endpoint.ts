import { redirect, type Sql } from '@draupnir/sandbox'

export interface WebhookEndpoint {
  readonly id: string
  readonly url: string
}

export async function listEndpoints(sql: Sql): Promise<readonly WebhookEndpoint[]> {
  return sql<WebhookEndpoint[]>`select id::text, url from webhook_endpoint order by id`
}

/** Registers a receiver; a second call with the same address gives the same endpoint. */
export async function registerEndpoint(sql: Sql, url: string): Promise<WebhookEndpoint> {
  const [endpoint] = await sql<WebhookEndpoint[]>`
    insert into webhook_endpoint (url) values (${url})
    on conflict (url) do update set url = excluded.url returning id::text, url`
  if (!endpoint) throw new Error('an upsert returns its row')
  return endpoint
}

/** Makes `url` the receiver named by the environment; what still waits for its former address goes to the new one. */
export async function configureEndpoint(sql: Sql, url: string): Promise<void> {
  await sql`delete from webhook_endpoint where url = ${url} and not configured`
  const [endpoint] = await sql<WebhookEndpoint[]>`
    insert into webhook_endpoint (url, configured) values (${url}, true)
    on conflict (configured) where configured do update set url = excluded.url returning id::text, url`
  if (endpoint) await redirect(sql, endpoint.id, url)
}

export async function removeEndpoint(sql: Sql, id: string): Promise<boolean> {
  const removed = await sql`delete from webhook_endpoint where id::text = ${id} returning 1`
  return removed.length > 0
}
