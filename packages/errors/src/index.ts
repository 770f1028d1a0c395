export {
  assert,
  Defect,
  type JsonValue,
  Refusal,
  type RefusalContext,
  refuse,
  required,
  Transient,
  unreachable,
} from './errors.ts'
export { type ConsumerOutcome, REFUSALS, type RefusalCode, type RefusalRule } from './refusals.ts'
