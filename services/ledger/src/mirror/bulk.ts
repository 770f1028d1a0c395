import { allOf, answered, type ModernTreasury } from '@draupnir/modern-treasury'
import { type Found, foundOf, type LedgerTransaction } from './treasury.ts'

type Resource = Parameters<ModernTreasury['bulkRequests']['create']>[0]['resources'][number]
type BulkResult = Awaited<ReturnType<ModernTreasury['bulkResults']['retrieve']>>

/** What came of a bulk request by external id; null while it is worked on. What is missing was refused. */
export type BulkAnswer = ReadonlyMap<string, Found> | null

const PAGE_SIZE = 100

/**
 * Makes many ledger transactions by one request, or finds what came of it: the request bears its name in its metadata,
 * so that an earlier attempt is found, and the same words are said again only when there is none.
 */
export async function makeMany(
  mt: ModernTreasury,
  name: string,
  resources: readonly Resource[],
  mayBeThere: boolean,
): Promise<BulkAnswer> {
  const metadata = { draupnir_id: name }
  const request =
    (mayBeThere ? await findRequest(mt, metadata) : null) ??
    (await answered('bulkRequests.create', () =>
      mt.bulkRequests.create(
        { action_type: 'create', resource_type: 'ledger_transaction', resources: [...resources], metadata },
        { idempotencyKey: `mirror-bulk:${name}` },
      ),
    ))
  const { status } = await answered('bulkRequests.retrieve', () => mt.bulkRequests.retrieve(request.id))
  if (status !== 'completed') return null
  const query = { request_id: request.id, request_type: 'bulk_request', per_page: PAGE_SIZE } as const
  const results = await allOf('bulkResults.list', () => mt.bulkResults.list(query))
  return new Map(
    results.flatMap((result): [string, Found][] => {
      const made = madeBy(result)
      return made === null || made.external_id === null ? [] : [[made.external_id, foundOf(made)]]
    }),
  )
}

async function findRequest(mt: ModernTreasury, metadata: Record<string, string>) {
  const page = await answered('bulkRequests.list', () => mt.bulkRequests.list({ metadata, per_page: 1 }))
  return page.items[0] ?? null
}

function madeBy({ status, entity_type, entity }: BulkResult): LedgerTransaction | null {
  // The type of the entity follows from `entity_type`, which the SDK does not say.
  return status === 'successful' && entity_type === 'ledger_transaction' ? (entity as LedgerTransaction) : null
}
