import { describe, expect, it } from 'vitest'
import { RULES } from './index.ts'

describe.each(RULES.map((rule) => ({ rule, name: rule.name })))('$name', ({ rule }) => {
  it.each(rule.breaks)('is broken by $text', (file) => {
    expect(rule.check(file)).toContainEqual(expect.objectContaining({ path: file.path }))
  })

  it.each(rule.keeps)('is kept by $text', (file) => {
    expect(rule.check(file)).toEqual([])
  })
})
