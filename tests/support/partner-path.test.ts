import { describe, expect, it } from "vitest";
import { matchPath } from "../../src/support/match-path.ts";
import { partnerPath, wildcardsOf } from "../../src/support/partner-path.ts";

describe("the partner of a path", () => {
  it.each([
    ["target.**", "online.**", "target.head.kernel", "online.head.kernel"],
    ["target.**", "online.**", "target", "online"],
    ["**.target.**", "**.online.**", "a.b.target.head.kernel", "a.b.online.head.kernel"],
    ["**.target.**", "**.online.**", "target.kernel", "online.kernel"],
    ["old_*.**", "new_*.**", "old_critic.dense_0.bias", "new_critic.dense_0.bias"],
    ["*_old.*", "*_new.*", "critic_old.kernel", "critic_new.kernel"],
    ["second.*.**", "first.*0.**", "second.layer.kernel", "first.layer0.kernel"],
    ["second.**.0.*", "**.1.*", "second.layer.0.kernel", "layer.1.kernel"],
    ["second.**", "**", "second.layer.0.kernel", "layer.0.kernel"],
    ["b", "$&", "b", "$&"],
  ])("%s of %s: %s follows %s", (pattern, of, path, partner) => {
    expect(wildcardsOf(pattern)).toEqual(wildcardsOf(of));
    expect(matchPath(pattern, path)).toBe(true);
    expect(partnerPath({ pattern, of }, path)).toBe(partner);
  });

  it("goes back by the patterns the other way round", () => {
    const [pattern, of] = ["*.layer.**.old", "**.*.new"];
    expect(wildcardsOf(pattern)).not.toEqual(wildcardsOf(of));
    expect(partnerPath({ pattern: "online.**", of: "target.**" }, "online.0.kernel")).toBe("target.0.kernel");
  });

  it("has ten wildcards and more", () => {
    const many = Array.from({ length: 11 }, () => "*").join(".");
    const path = Array.from({ length: 11 }, (_, at) => `p${at}`).join(".");
    expect(partnerPath({ pattern: `a.${many}`, of: `b.${many}` }, `a.${path}`)).toBe(`b.${path}`);
  });
});
