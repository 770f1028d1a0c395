import type { Rule } from '../rule.ts'
import { layers } from './layers.ts'
import { oneDoor } from './one-door.ts'
import { pure } from './pure.ts'
import { slices } from './slices.ts'
import { environment, eventNames, floats, honesty, places, wallClock } from './text-rules.ts'

/** Every rule of the house that Biome cannot say. */
export const RULES: readonly Rule[] = [
  layers,
  pure,
  slices,
  oneDoor,
  environment,
  wallClock,
  floats,
  eventNames,
  honesty,
  places,
]
