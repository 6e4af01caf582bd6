/**
 * The name of what an error leaves without one, and what stands for a value that did not parse: no name that a text can
 * hold. Where it is declared, any unknown name may be its; where it is used, something else is wrong already.
 */
export const lostName = "";
