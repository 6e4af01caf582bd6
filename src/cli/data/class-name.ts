import { showName } from "../../support/show-text.ts";

/** What the class behind the end of a text is called. */
export const paddingName = "(padding)";

/** The name of a class as it is printed; a blank would not be seen. */
export const className = (name: string): string => (name.trim() === "" ? JSON.stringify(name) : showName(name));
