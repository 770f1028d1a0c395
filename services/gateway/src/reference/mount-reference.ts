import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import type { App } from '@draupnir/http'
import type { Catalogue } from '../openapi/catalogue.ts'

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
}
const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Draupnir API</title>
<link rel="stylesheet" href="/reference/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/reference/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({ url: '/v1/openapi.json', dom_id: '#reference', deepLinking: true, persistAuthorization: true, docExpansion: 'list' })</script>
</body>
</html>
`

/** The OpenAPI document and its browsable reference; open to all, for they say nothing about anybody. */
export function mountReference(app: App, catalogue: () => Promise<Catalogue>): void {
  app.get('/v1/openapi.json', async (c) => {
    c.set('route', '/v1/openapi.json')
    return c.json((await catalogue()).document)
  })
  app.get('/reference', (c) => {
    c.set('route', '/reference')
    return c.html(PAGE)
  })
  app.get('/reference/:asset', (c, next) => {
    const asset = c.req.param('asset')
    const type = ASSETS[asset]
    if (type === undefined) return next()
    c.set('route', '/reference/:asset')
    const stream = Readable.toWeb(createReadStream(join(folder, asset))) as ReadableStream
    return Promise.resolve(
      new Response(stream, { headers: { 'content-type': type, 'cache-control': 'public, max-age=86400' } }),
    )
  })
}
