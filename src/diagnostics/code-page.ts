/** Where the pages of codes are read on the net, as `https://example.org/MC3001`; none while there is no public address. */
export const codePages: string | undefined = undefined;
