/** The report's look, light and dark by the reader's system; the paradigm colours are those of the window. */
export const style = `
:root { color-scheme: light dark; --ground: #f6f7f9; --surface: #ffffff; --hairline: #e2e5ea; --text: #171a20; --second: #535c6b; --third: #6b7482;
  --sequential: #1f77d0; --trunk: #9cc4ee; --synchronized: #c9740a; --rl: #0f8a62; --sft: #7a8290;
  --sequential-text: #1a66b3; --synchronized-text: #9a5a08; --rl-text: #0b7553; --sft-text: #5f6773;
  --stable: rgb(15 138 98 / 0.10); --mild: rgb(201 116 10 / 0.12); --severe: rgb(200 40 40 / 0.11); }
@media (prefers-color-scheme: dark) { :root { --ground: #0e1014; --surface: #14171d; --hairline: #262b35; --text: #e7e9ee; --second: #a3acbb; --third: #8a94a3;
  --sequential: #5aa9f7; --trunk: #2f6fb5; --synchronized: #f0a03c; --rl: #37b98b; --sft: #8d96a5;
  --sequential-text: #5aa9f7; --synchronized-text: #f0a03c; --rl-text: #37b98b; --sft-text: #a3acbb;
  --stable: rgb(55 185 139 / 0.13); --mild: rgb(240 160 60 / 0.13); --severe: rgb(230 80 80 / 0.15); } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.55 Inter, system-ui, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 40px 24px 80px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 12px; } h2 { font-size: 17px; margin: 36px 0 8px; }
p { margin: 8px 0; max-width: 72ch; } .lead { font-size: 17px; } .quiet, figcaption { color: var(--second); } .quiet { font-size: 13px; }
figure { margin: 16px 0 4px; padding: 16px; background: var(--surface); border: 1px solid var(--hairline); border-radius: 8px; }
figure svg { display: block; width: 100%; height: auto; } figcaption { font-size: 13px; margin-top: 8px; max-width: 100ch; }
figcaption b { color: var(--text); }
.scroll { overflow-x: auto; margin: 12px 0; } table { border-collapse: collapse; width: 100%; font-size: 12.5px; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 6px 8px; border-bottom: 1px solid var(--hairline); vertical-align: top; } th { color: var(--second); font-weight: 600; }
td { white-space: nowrap; } td.words { white-space: normal; min-width: 24ch; }
th:first-child, td:first-child { text-align: left; } code { font: 13px 'JetBrains Mono', ui-monospace, monospace; } pre { overflow-x: auto; padding: 12px; background: var(--surface); border: 1px solid var(--hairline); border-radius: 8px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; font-size: 14px; } dt { font-weight: 600; } dd { margin: 0; }
svg text { font: 12px Inter, system-ui, sans-serif; fill: var(--second); } svg .title { fill: var(--third); } svg .label { fill: var(--text); font-weight: 500; } svg .note { font-size: 11.5px; } svg .regime { font-size: 11px; fill: var(--third); }
.grid { stroke: var(--hairline); } .base { stroke: var(--third); } .mark { stroke: var(--third); stroke-dasharray: 3 3; fill: none; }
.sequential { --c: var(--sequential); --t: var(--sequential-text); } .trunk { --c: var(--trunk); --t: var(--second); } .synchronized { --c: var(--synchronized); --t: var(--synchronized-text); } .rl { --c: var(--rl); --t: var(--rl-text); } .sft { --c: var(--sft); --t: var(--sft-text); }
.line, .fit, .leader { fill: none; stroke: var(--c); } .line { stroke-width: 2; } .fit { stroke-width: 1; stroke-dasharray: 2 2; opacity: 0.8; } .leader { stroke-width: 1; }
.dash-0.line { stroke-dasharray: 2 3; } .dash-1.line { stroke-dasharray: none; } .dash-2.line { stroke-dasharray: 8 4; }
.dot { fill: var(--c); } .branch-point { fill: var(--surface); stroke: var(--sequential); stroke-width: 2; } svg text.label.sequential, svg text.label.synchronized, svg text.label.rl, svg text.label.sft { fill: var(--t); }
.whisker { fill: none; stroke: var(--c); stroke-width: 1; opacity: 0.55; } .whisker.strong { opacity: 1; stroke-width: 1.5; stroke: var(--text); } .whisker.open { stroke-dasharray: 4 3; }
.bar { fill: var(--c); } .gain { fill: var(--c); opacity: 0.35; } .greedy { fill: none; stroke: var(--c); stroke-width: 1.5; }
.tint { fill: none; } .tint.stable { fill: var(--stable); } .tint.mild { fill: var(--mild); } .tint.severe { fill: var(--severe); }
@media print { body { background: #fff; } figure { break-inside: avoid; } }
`
