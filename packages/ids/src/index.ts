export { deriveId, type Id, idPattern, isId, newEventId, newId, parseId } from './ids.ts'
export { type IdKind, PREFIXES } from './prefixes.ts'
