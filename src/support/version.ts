import packageFile from "../../package.json" with { type: "json" };

/** The version of modelc, from its package. */
export const version: string = packageFile.version;
