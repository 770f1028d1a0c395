import { Transient } from '@draupnir/errors'
import { internalRequest } from '@draupnir/http'
import { z } from 'zod'
import { mergeDocuments, type OpenApiDocument, operationsOf, type RoutedOperation } from './document.ts'

const documentSchema = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()).optional() }).optional(),
})

export interface CatalogueOptions {
  readonly services: Readonly<Record<string, string>>
  readonly own: OpenApiDocument
  readonly secret: string
  readonly publicUrl: string
}

export interface Catalogue {
  readonly document: ReturnType<typeof mergeDocuments>
  readonly operations: readonly RoutedOperation[]
}

/** What the services offer, asked of them once; a service that was down is asked again by the next request. */
export function openCatalogue(options: CatalogueOptions): () => Promise<Catalogue> {
  let known: Promise<Catalogue> | null = null
  return () => {
    known ??= load(options).catch((error: unknown) => {
      known = null
      throw error
    })
    return known
  }
}

async function load({ services, own, secret, publicUrl }: CatalogueOptions): Promise<Catalogue> {
  const documents = await Promise.all(
    Object.entries(services).map(async ([name, baseUrl]) => ({
      name,
      document: await documentOf(name, baseUrl, secret),
    })),
  )
  return {
    document: mergeDocuments([own, ...documents.map(({ document }) => document)], publicUrl),
    operations: [...operationsOf('gateway', own), ...documents.flatMap((one) => operationsOf(one.name, one.document))],
  }
}

async function documentOf(name: string, baseUrl: string, secret: string): Promise<OpenApiDocument> {
  const claims = { tenant: null, actor: 'service:gateway', scopes: ['internal'], request_id: `openapi-${name}` }
  try {
    const answer = await internalRequest({ secret, claims, baseUrl, path: '/internal/openapi.json', timeoutMs: 5_000 })
    return documentSchema.parse(await answer.json()) as OpenApiDocument
  } catch (cause) {
    throw new Transient('service.unavailable', `${name} does not say what it offers`, { cause })
  }
}
