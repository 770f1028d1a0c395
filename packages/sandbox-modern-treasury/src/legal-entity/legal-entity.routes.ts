import { metadata, oneOf } from '../api/list.ts'
import { create, list, type Route, retrieve, update } from '../api/route.ts'
import { publish } from '../event/publish.ts'
import { lock, save } from '../store/resource.ts'
import { createLegalEntity } from './create-legal-entity.ts'
import { CreateLegalEntity, LegalEntityChanges } from './legal-entity.schema.ts'
import { withChanges } from './legal-entity.ts'

export const legalEntityRoutes: readonly Route[] = [
  create('/api/legal_entities')(CreateLegalEntity, createLegalEntity),
  list('/api/legal_entities', 'legal_entity', {
    legal_entity_type: oneOf('legal_entity_type', ['business', 'individual']),
    metadata,
  }),
  retrieve('/api/legal_entities/:id', 'legal_entity'),
  update('/api/legal_entities/:id')(LegalEntityChanges, async (unit, input, id) => {
    const { body } = await lock(unit, 'legal_entity', id)
    const saved = await save(unit, 'legal_entity', withChanges(unit, body, input))
    await publish(unit, 'legal_entity', 'updated', saved)
    return saved
  }),
]
