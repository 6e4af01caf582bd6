#!/usr/bin/env bash
# The step of action.yml: annotations on standard output, the summary of the job, the comparison with the base branch.
set -euo pipefail

# What the workflow asks.
paths=()
while IFS= read -r line; do
  [ -z "${line//[[:space:]]/}" ] || paths+=("$line")
done <<<"${MODELC_PATHS:-.}"
case "${MODELC_BREAKING:-warning}" in
  error | warning | off) breaking=${MODELC_BREAKING:-warning} ;;
  *)
    echo "::error title=modelc::The input breaking is error, warning or off, not ${MODELC_BREAKING//[^[:alnum:]_.-]/?}."
    exit 2
    ;;
esac
options=()
[ -z "${MODELC_FAIL_LEVEL:-}" ] || options+=(--fail-level "$MODELC_FAIL_LEVEL")

# The modelc of the project, or this action's own.
modelc() {
  if [ -n "${MODELC_COMMAND:-}" ]; then
    # shellcheck disable=SC2086 # a command and its arguments
    $MODELC_COMMAND "$@"
  elif [ -x node_modules/.bin/modelc ]; then
    node_modules/.bin/modelc "$@"
  else
    [ -f "$GITHUB_ACTION_PATH/dist/cli.cjs" ] || (cd "$GITHUB_ACTION_PATH" && npm ci --silent && node scripts/build.mjs) >&2
    node "$GITHUB_ACTION_PATH/dist/cli.cjs" "$@"
  fi
}
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
output() { echo "$1=$2" >>"$GITHUB_OUTPUT"; }
field() { node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"))[process.argv[2]]' "$1" "$2"; }

code=0
modelc check --format github ${options[@]+"${options[@]}"} -- "${paths[@]}" || code=$?
# Once more for the job, in the forms that are read elsewhere.
again() { modelc check "$@" --fail-level never -- "${paths[@]}" >/dev/null 2>&1 || true; }
again --format json --output "$said/report.json"
[ -z "${MODELC_SARIF:-}" ] || again --format sarif --output "$MODELC_SARIF"
{
  echo "### modelc"
  echo
  if [ -f "$said/report.json" ]; then
    output errors "$(field "$said/report.json" errors)"
    output warnings "$(field "$said/report.json" warnings)"
    again --format pretty --max-problems 50 --output "$said/report.txt"
    tail -n 1 "$said/report.txt"
    if [ "$(wc -l <"$said/report.txt")" -gt 1 ]; then
      # A fence that no finding holds.
      printf '\n~~~~~~text\n'
      sed '$d' "$said/report.txt"
      printf '~~~~~~\n'
    fi
  else
    echo "The check did not run: the log says why."
  fi
} >>"$GITHUB_STEP_SUMMARY"

if [ -n "${MODELC_AGAINST:-}" ] && [ "$breaking" != off ]; then
  base=$MODELC_AGAINST
  # A checkout of CI has one commit alone: the other is fetched where it is not there.
  if ! git rev-parse --verify --quiet --end-of-options "$base^{commit}" >/dev/null; then
    git fetch --quiet --depth=1 -- origin "$base" && base=FETCH_HEAD
  fi
  compared=0
  modelc breaking --against "$base" --format markdown -- "${paths[@]}" >"$said/breaking.md" 2>"$said/why.txt" || compared=$?
  if [ -s "$said/breaking.md" ]; then
    { echo; cat "$said/breaking.md"; } >>"$GITHUB_STEP_SUMMARY"
    if [ "$compared" = 1 ]; then
      output breaks true
      echo "::$breaking title=modelc breaking::Models break what relies on them as they are at ${MODELC_AGAINST//[^[:alnum:]_.\/-]/?}: the summary of the job says which."
      [ "$breaking" != error ] || [ "$code" != 0 ] || code=1
    else
      output breaks false
    fi
  else
    # What does not check is not compared: the check has said so. Anything else is told.
    [ "$compared" != 2 ] || { cat "$said/why.txt" >&2; code=2; }
  fi
fi
exit "$code"
