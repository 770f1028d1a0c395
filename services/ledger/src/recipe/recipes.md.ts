import { CHART, PAIRS, type Pair } from '../account/chart.ts'
import type { Recipe } from './recipe.ts'
import { RECIPES } from './recipes.ts'

/** The accounting story, from the code: chart, allowed pairs, every recipe with its golden tables. */
export function recipesMarkdown(): string {
  return [
    '# Recipes of the ledger',
    'Generated from `services/ledger/src/account/chart.ts` and `services/ledger/src/recipe`; amounts are minor units.',
    '## Chart of accounts',
    table(
      ['account', 'owner', 'class', 'grows by', 'floor', 'meaning'],
      Object.entries(CHART).map(([name, rule]) => [
        code(name),
        rule.owner,
        rule.class,
        rule.normal,
        rule.floor === null ? 'none' : rule.floor.toString(),
        rule.meaning,
      ]),
    ),
    '## Accounts that may touch',
    'No other pair can be posted, and none in the other direction, unless it undoes a transaction; `suspense` and `rounding` may touch every account, for `adjust`.',
    table(
      ['debit', 'credit', 'owners'],
      PAIRS.filter(isOwn).map((pair) => [code(pair.debit), code(pair.credit), pair.owners]),
    ),
    ...RECIPES.flatMap(section),
  ]
    .join('\n\n')
    .concat('\n')
}

const MIDDLE = ['suspense', 'rounding']

function isOwn({ debit, credit }: Pair): boolean {
  return !MIDDLE.includes(debit) && !MIDDLE.includes(credit)
}

function section(recipe: Recipe): string[] {
  const undo = recipe.undo.by === 'mirror' ? 'the same postings mirrored' : code(recipe.undo.by)
  return [
    `## ${code(recipe.code)}`,
    recipe.story,
    `Undo: ${undo}, ${recipe.undo.note}.`,
    ...recipe.golden.flatMap(({ given, rows }) => [
      `Given ${given}:`,
      table(
        ['debit', 'credit', 'amount'],
        rows.map(([debit, credit, amount]) => [code(debit), code(credit), amount]),
      ),
    ]),
  ]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function code(text: string): string {
  return `\`${text}\``
}
