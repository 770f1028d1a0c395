import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import type { App } from '@draupnir/http'
import type { Catalogue } from '../openapi/catalogue.ts'

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'favicon-32x32.png': 'image/png',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
}
const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Draupnir API</title>
<link rel="icon" href="/reference/favicon-32x32.png">
<link rel="stylesheet" href="/reference/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/reference/swagger-ui-bundle.js"></script>
<script src="/reference/start.js"></script>
</body>
</html>
`

const START =
  "SwaggerUIBundle({ url: '/v1/openapi.json', dom_id: '#reference', deepLinking: true, docExpansion: 'list' })\n"
// Everything from here: no script, style or request of the page leaves the gateway. Swagger UI sets styles inline.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** The OpenAPI document and its browsable reference; open to all, for they say nothing about anybody. */
export function mountReference(app: App, catalogue: () => Promise<Catalogue>): void {
  app.get('/v1/openapi.json', async (c) => {
    c.set('route', '/v1/openapi.json')
    return c.json((await catalogue()).document)
  })
  app.get('/reference', (c) => {
    c.set('route', '/reference')
    return c.html(PAGE, 200, { 'content-security-policy': POLICY })
  })
  app.get('/reference/start.js', (c) => {
    c.set('route', '/reference/:asset')
    return c.body(START, 200, { 'content-type': 'text/javascript; charset=utf-8' })
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
