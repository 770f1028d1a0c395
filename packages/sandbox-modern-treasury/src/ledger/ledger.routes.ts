import type ModernTreasury from 'modern-treasury'
import { z } from 'zod'
import { invalid } from '../api/errors.ts'
import { mergeMetadata, metadata as metadataField } from '../api/fields.ts'
import { between, ids, metadata } from '../api/list.ts'
import { create, list, type Route, remove, retrieve, update } from '../api/route.ts'
import { base } from '../api/unit.ts'
import { discard, findWhere, insert, lock, save } from '../store/resource.ts'

const CreateLedger = z.looseObject({
  name: z.string().min(1),
  description: z.string().nullish(),
  metadata: metadataField.default({}),
})
const UpdateLedger = z.looseObject({
  name: z.string().min(1).optional(),
  description: z.string().nullish(),
  metadata: metadataField.optional(),
})

export const ledgerRoutes: readonly Route[] = [
  create('/api/ledgers')(CreateLedger, async (unit, input) => {
    const ledger: ModernTreasury.Ledger = {
      ...base(unit, 'ledger'),
      discarded_at: null,
      name: input.name,
      description: input.description ?? null,
      metadata: mergeMetadata({}, input.metadata),
    }
    await insert(unit, 'ledger', ledger)
    return ledger
  }),
  list('/api/ledgers', 'ledger', { id: ids, updated_at: between('updated_at'), metadata }),
  retrieve('/api/ledgers/:id', 'ledger'),
  update('/api/ledgers/:id')(UpdateLedger, async (unit, input, id) => {
    const { body } = await lock(unit, 'ledger', id)
    return save(unit, 'ledger', {
      ...body,
      name: input.name ?? body.name,
      description: input.description === undefined ? body.description : input.description,
      metadata: mergeMetadata(body.metadata, input.metadata),
    })
  }),
  remove('/api/ledgers/:id', async (unit, id) => {
    const { body } = await lock(unit, 'ledger', id)
    const [account] = await findWhere(unit, 'ledger_account', { ledger_id: id })
    if (account) invalid('id', 'A ledger that has accounts cannot be deleted')
    return discard(unit, 'ledger', body)
  }),
]
