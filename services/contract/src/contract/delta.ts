import type { ContractState, Delta } from '@draupnir/wire'
import { same } from './timeline.ts'

const APART: readonly string[] = ['id', 'lines', 'version']

/** Both sides of what differs between two states; a line says its devices only where they differ. */
export function deltaOf(
  before: ContractState | null,
  after: ContractState | null,
): { readonly before: Delta | null; readonly after: Delta | null } {
  return { before: sideOf(before, after), after: sideOf(after, before) }
}

function sideOf(own: ContractState | null, other: ContractState | null): Delta | null {
  if (own === null) return null
  const others = new Map(other?.lines.map((line) => [line.id, line]))
  const lines = own.lines
    .filter((line) => !same(line, others.get(line.id)))
    .map(({ device_ids, ...line }) =>
      same(device_ids, others.get(line.id)?.device_ids) ? line : { ...line, device_ids },
    )
  const rest = new Map<string, unknown>(Object.entries(other ?? {}))
  const fields = Object.entries(own).filter(([name, value]) => !APART.includes(name) && !same(value, rest.get(name)))
  return { lines, fields: Object.fromEntries(fields) }
}
