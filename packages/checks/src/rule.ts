import { lineAt, type SourceFile } from './source.ts'

export interface Violation {
  readonly path: string
  readonly line: number
  readonly message: string
}

/** A rule of the house, with a file that breaks it: the fixture proves that the rule can fail. */
export interface Rule {
  readonly name: string
  /** Why, in one sentence; shown with every violation. */
  readonly why: string
  readonly check: (file: SourceFile) => Violation[]
  readonly breaks: readonly SourceFile[]
  readonly keeps: readonly SourceFile[]
}

/** Violations for every match of `pattern` (global) in a file. */
export function matches(file: SourceFile, pattern: RegExp, message: string): Violation[] {
  return [...file.text.matchAll(pattern)].map((match) => ({
    path: file.path,
    line: lineAt(file.text, match.index),
    message: `${message}: ${match[0].trim().slice(0, 80)}`,
  }))
}

/** A violation for each specifier that `isWrong`. */
export function wrongImports(
  file: SourceFile,
  specifiers: readonly string[],
  isWrong: (specifier: string) => boolean,
  message: string,
): Violation[] {
  return specifiers.filter(isWrong).map((specifier) => ({
    path: file.path,
    line: lineAt(file.text, Math.max(0, file.text.indexOf(`'${specifier}'`))),
    message: `${message}: ${specifier}`,
  }))
}
