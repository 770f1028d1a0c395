import type { Db } from '@draupnir/db'
import { decimal, formatDecimal } from '@draupnir/money'
import { type OpenMeter, reached } from '@draupnir/openmeter'
import { type Check, checkOf, type Finding } from '@draupnir/service'
import { METER } from '../openmeter/meter.ts'
import { behind, sentHours } from './verify.store.ts'

// OpenMeter answers sums as float64; half of the last metered decimal tells two sums apart.
const TOLERANCE = 0.00005

/** OpenMeter equals the contracts, and what it metered is what was sent. */
export async function verify({
  db,
  om,
}: {
  readonly db: Pick<Db, 'sql'>
  readonly om: OpenMeter
}): Promise<readonly Check[]> {
  return [
    checkOf('metering-sync.synced', await behind(db)),
    checkOf('metering-sync.usage-counted', await miscounted(db, om)),
  ]
}

async function miscounted(db: Pick<Db, 'sql'>, om: OpenMeter): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const { contract_id, sent } of await sentHours(db)) {
    const answer = await reached('meters.query', () => om.meters.query(METER, { subject: [contract_id] }))
    const counted = answer.data.reduce((sum, row) => sum + row.value, 0)
    if (Math.abs(counted - Number(sent)) < TOLERANCE) continue
    const detail = `sent ${formatDecimal(decimal(sent))} GPU-hours, OpenMeter counts ${counted}`
    findings.push({ row: `contract ${contract_id}`, detail })
  }
  return findings
}
