import { variable, type Dim } from "../../dims/dim.ts";

/** What features call the batch: the first dim of every model input. */
export const batchName = "B";

/** The batch dimension of features. */
export const batchDim: Dim = variable(batchName);
