import { laterCadences } from "../../ir/later-cadences.ts";
import type { TrainProgram, TrainStep } from "../../ir/program.ts";
import { capturingRegExp, partnerTemplate } from "../../support/partner-path.ts";
import {
  arrayOf,
  binary,
  call,
  identifier,
  literal,
  member,
  objectOf,
  returns,
  text,
  type Expression,
  type Item,
  type Statement,
} from "./ast.ts";
import type { ModelContext } from "./model-context.ts";

const model = identifier("model");

/** Names that a file has besides where something follows. */
export const followNames: readonly string[] = ["follows", "followersOf", "following"];

/** A new model, whose followers begin as what they follow. */
export function startedFollowing({ follows }: ModelContext, made: Expression): Expression {
  return follows ? call("following", made) : made;
}

/** What moves followers after a step, unless others come after it on every batch; nothing where nothing follows. */
export function movedFollowers(
  { follows, helpers }: ModelContext,
  program: TrainProgram,
  step: TrainStep,
): readonly Statement[] {
  const later = laterCadences(program, step);
  if (!follows || later === undefined) return [];
  helpers.add("moveFollowers");
  const count = member(model, "step");
  const value = call("moveFollowers", call("followersOf", model), binary("+", count, literal(1)));
  const isLast = later
    .map((every) => binary("!==", binary("%", count, literal(every)), literal(0)))
    .reduce<Expression | undefined>((a, it) => (a === undefined ? it : binary("&&", a, it)), undefined);
  const moves: Statement = { kind: "expression", value };
  return [isLast === undefined ? moves : { kind: "if", test: isLast, then: [moves] }];
}

/** The table of what follows what, and the function that finds it in a model. */
export function followerItems(
  { follows: any, helpers, type, states }: ModelContext,
  { follows }: Pick<TrainProgram, "follows">,
): readonly Item[] {
  if (!any) return [];
  ["Follow", "Follower", "followersAmong", "startFollowers", "entriesOf"].forEach((it) => helpers.add(it));
  const owned = (name: string): Expression => call("entriesOf", member(model, name));
  return [
    {
      kind: "const",
      exported: false,
      name: "follows",
      type: "Follow[]",
      value: arrayOf(
        ...follows.map(({ pattern, of, decay, every }) =>
          objectOf({
            pattern: { kind: "regexp", source: capturingRegExp(pattern) },
            of: text(partnerTemplate(of)),
            decay: literal(decay),
            every: literal(every),
          }),
        ),
      ),
      doc: `What follows what: ${follows.map(({ pattern, of }) => `\`${pattern}\` of \`${of}\``).join(", ")}.`,
    },
    {
      kind: "function",
      exported: false,
      name: "followersOf",
      parameters: [{ pattern: "model", type }],
      result: "Follower[]",
      body: [
        returns(
          call(
            "followersAmong",
            identifier("follows"),
            owned("parameters"),
            states.entries.size === 0 ? arrayOf() : owned("states"),
          ),
        ),
      ],
      doc: "What follows something in a model.",
    },
    {
      kind: "function",
      exported: false,
      name: "following",
      parameters: [{ pattern: "model", type }],
      result: type,
      body: [{ kind: "expression", value: call("startFollowers", call("followersOf", model)) }, returns(model)],
      doc: "A model whose followers begin as what they follow.",
    },
  ];
}
