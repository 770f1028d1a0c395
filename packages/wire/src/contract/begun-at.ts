import type { Instant } from '@draupnir/time'
import type { EditData } from './contract.ts'

/** Since when the contract of an event is the one in force: when an edit was recorded, or when one recorded ahead began. */
export function begunAt({ edit, phase }: Pick<EditData, 'edit' | 'phase'>): Instant {
  return phase === 'effective' ? edit.effective_at : edit.recorded_at
}
