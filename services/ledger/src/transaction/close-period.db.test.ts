import { addMs } from '@draupnir/time'
import { expect, it } from 'vitest'
import { freshContext, ledgerDatabase } from '../service.fixture.ts'
import { closePeriod } from './close-period.ts'

const { db } = await ledgerDatabase()

it('lets closings come side by side, and keeps the latest', async () => {
  for (let round = 0; round < 5; round += 1) {
    const ctx = freshContext(db)
    const ends = Array.from({ length: 8 }, (_, step) => addMs(ctx.now(), -1 - step))
    await Promise.all(ends.map((end) => closePeriod(ctx, end)))
    expect(await closePeriod(ctx, addMs(ctx.now(), -1_000))).toBe(ends[0])
  }
})
