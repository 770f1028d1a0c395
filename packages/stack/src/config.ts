/** The caller's environment: the only place of this package that reads it. */
export const environment: Readonly<Record<string, string | undefined>> = process.env
