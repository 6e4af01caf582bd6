/** How a page on data looks, in light and dark. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6675; --paper: #f6f7f9; --card: #fff; --line: #dde1e7; --bar: #2f6fd0; --note: #fff5d6; --note-line: #e3c767; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ef; --soft: #9aa5b5; --paper: #14171c; --card: #1d2128; --line: #333a45; --bar: #6aa2f5; --note: #2e2811; --note-line: #6d5c1e; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1100px; margin: 0 auto; padding: 24px; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 26px; }
h2 { margin: 32px 0 12px; font-size: 19px; }
h3 { margin: 0 0 10px; font-size: 16px; }
h3 small, small, .count, .more, .ends, dt { color: var(--soft); font-weight: normal; }
h3 small { font-size: 13px; }
p { margin: 6px 0; }
.notes { margin-top: 20px; padding: 4px 20px 10px; background: var(--note); border: 1px solid var(--note-line); border-radius: 8px; }
.notes h2 { margin: 10px 0 4px; }
.notes ul { margin: 0; padding-left: 18px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 16px 4px 0; text-align: left; font-weight: normal; white-space: nowrap; }
thead th { color: var(--soft); border-bottom: 1px solid var(--line); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(312px, 100%), 1fr)); gap: 16px; }
article { padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; min-width: 0; }
svg { display: block; max-width: 100%; }
rect { fill: var(--bar); }
.ends { display: flex; justify-content: space-between; max-width: 280px; font-size: 13px; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 0 14px; margin: 10px 0 0; font-variant-numeric: tabular-nums; }
dd { margin: 0; }
.share { display: inline-flex; align-items: center; gap: 8px; }
.track { display: inline-block; width: 84px; height: 9px; background: var(--line); border-radius: 2px; overflow: hidden; }
.track > span { display: block; height: 100%; background: var(--bar); }
.words { width: 100%; table-layout: fixed; }
.words .track { width: 52px; }
.words th { width: 42%; overflow: hidden; text-overflow: ellipsis; }
.words td { padding-right: 0; }
.words .count { width: 19%; text-align: right; }
.more { font-size: 13px; }
.samples { display: flex; flex-wrap: wrap; gap: 10px; }
.samples img { image-rendering: pixelated; border: 1px solid var(--line); border-radius: 4px; }
`;
