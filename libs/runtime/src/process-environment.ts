/** The environment of this process: the one place where it is read. */
export const processEnvironment = (): Readonly<Record<string, string | undefined>> => process.env;
