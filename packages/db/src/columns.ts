import type { Id, IdKind } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { bigint, customType, text } from 'drizzle-orm/pg-core'

/** `timestamptz` as an `Instant`. */
export const instantColumn = customType<{ data: Instant; driverData: string }>({ dataType: () => 'timestamptz(3)' })

/** `bigint` minor units. */
export function minorUnits(name: string) {
  return bigint(name, { mode: 'bigint' })
}

/** `text` that holds ids of one kind. */
export function idColumn<K extends IdKind>(name: string, _kind: K) {
  return text(name).$type<Id<K>>()
}
