import type { Finding } from '@draupnir/service'
import { type ChainHead, hashOf, type Link } from '../transaction/chain.ts'

/** Follows a stretch of a tenant's chain from `head`; finds gaps, broken links and content that was changed. */
export function checkChain(tenant: string, head: ChainHead, links: readonly Link[]): Finding[] {
  const findings: Finding[] = []
  let { seq, hash } = head
  for (const { entry, prevHash, hash: stored } of links) {
    const row = `journal ${tenant}/${entry.seq} (${entry.transaction.id})`
    if (entry.seq !== seq + 1n) findings.push({ row, detail: `follows ${seq}: rows are missing` })
    if (prevHash !== hash) findings.push({ row, detail: 'does not link to the row before it' })
    if (hashOf(prevHash, entry) !== stored) findings.push({ row, detail: 'its content is not what was booked' })
    seq = entry.seq
    hash = stored
  }
  return findings
}
