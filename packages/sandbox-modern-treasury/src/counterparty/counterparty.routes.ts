import { z } from 'zod'
import { mergeMetadata, metadata as metadataField, uuid } from '../api/fields.ts'
import { equals, from, metadata, until } from '../api/list.ts'
import { create, list, type Route, remove, retrieve, update } from '../api/route.ts'
import type { Unit } from '../api/unit.ts'
import { discard, findWhere, load, lock, save } from '../store/resource.ts'
import { CreateCounterparty, createCounterparty } from './create-counterparty.ts'

const UpdateCounterparty = z.looseObject({
  name: z.string().optional(),
  email: z.email().optional(),
  metadata: metadataField.optional(),
  send_remittance_advice: z.boolean().optional(),
  legal_entity_id: uuid.nullish(),
})

export const counterpartyRoutes: readonly Route[] = [
  create('/api/counterparties')(CreateCounterparty, createCounterparty),
  list('/api/counterparties', 'counterparty', {
    name: equals('name'),
    email: equals('email'),
    external_id: equals('external_id'),
    legal_entity_id: equals('legal_entity_id'),
    created_at_lower_bound: from('created_at'),
    created_at_upper_bound: until('created_at'),
    metadata,
  }),
  retrieve('/api/counterparties/:id', 'counterparty'),
  update('/api/counterparties/:id')(UpdateCounterparty, updateCounterparty),
  remove('/api/counterparties/:id', deleteCounterparty),
]

async function updateCounterparty(unit: Unit, input: z.infer<typeof UpdateCounterparty>, id: string) {
  const { body } = await lock(unit, 'counterparty', id)
  if (input.legal_entity_id) await load(unit, 'legal_entity', input.legal_entity_id)
  return save(unit, 'counterparty', {
    ...body,
    name: input.name ?? body.name,
    email: input.email ?? body.email,
    metadata: mergeMetadata(body.metadata, input.metadata),
    send_remittance_advice: input.send_remittance_advice ?? body.send_remittance_advice,
    legal_entity_id: input.legal_entity_id === undefined ? body.legal_entity_id : input.legal_entity_id,
  })
}

async function deleteCounterparty(unit: Unit, id: string): Promise<void> {
  const { body } = await lock(unit, 'counterparty', id)
  for (const account of await findWhere(unit, 'external_account', { counterparty_id: id })) {
    await discard(unit, 'external_account', account.body)
  }
  await discard(unit, 'counterparty', body)
}
