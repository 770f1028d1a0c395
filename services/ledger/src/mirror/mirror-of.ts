import type { Definition } from '@draupnir/clock'
import { assert } from '@draupnir/errors'
import { createPace, type ModernTreasury, modernTreasury } from '@draupnir/modern-treasury'
import type { z } from 'zod'
import type { config } from '../config.ts'
import { auditMirror, auditOneMirror } from './audit-mirror.ts'
import { followJournal } from './follow-journal.ts'

type Settings = z.output<typeof config>

// One pace for everything this process asks.
const opened = new WeakMap<Settings, ModernTreasury>()

/** The mirror's own way to Modern Treasury, at its own pace; null when it is switched off. */
export function mirrorOf(settings: Settings): ModernTreasury | null {
  if (settings.LEDGER_MIRROR === 'none') return null
  const mt = opened.get(settings) ?? open(settings)
  opened.set(settings, mt)
  return mt
}

/** What the mirror does by itself; nothing when there is none. */
export function mirrorTimers(settings: Settings): Definition[] {
  const mt = mirrorOf(settings)
  if (mt === null) return []
  return [followJournal(mt), auditMirror(mt, settings.LEDGER_MIRROR_AUDIT_DAYS), auditOneMirror(mt)]
}

function open(settings: Settings): ModernTreasury {
  const { MODERN_TREASURY_ORGANIZATION_ID: organizationId, MODERN_TREASURY_API_KEY: apiKey } = settings
  assert(organizationId !== undefined && apiKey !== undefined, 'the settings of a mirror that is on are checked')
  return modernTreasury({
    baseUrl: settings.MODERN_TREASURY_BASE_URL,
    organizationId,
    apiKey,
    timeoutMs: settings.MODERN_TREASURY_TIMEOUT_MS,
    pace: createPace(settings.LEDGER_MIRROR_RATES),
  })
}
