import { dark, declarations, light } from './theme.js';

/**
 * Style of the page. Dark is for screens only, so that print is always light; where the page is narrow, wide pictures
 * and tables scroll in their own boxes, and the page itself never does sideways.
 */
export const pageStyle = `
:root{color-scheme:light dark;${declarations(light)}}
@media screen and (prefers-color-scheme:dark){:root{${declarations(dark)}}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-99rem;padding:.5rem 1rem;background:var(--paper)}
.skip:focus{left:.5rem;top:.5rem;z-index:1}
.page{max-width:84rem;margin:0 auto;padding:0 1rem 4rem}
header h1{font-size:1.9rem;line-height:1.2;margin:1.6rem 0 .4rem}
header p{margin:.2rem 0;color:var(--soft)}
h2{font-size:1.4rem;line-height:1.25;margin:0 0 .8rem;padding-top:1rem;border-top:1px solid var(--line)}
section{margin-top:2.2rem}
p{max-width:46rem;margin:.7rem 0}
code{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:.9em;background:var(--raised);padding:.05em .3em;border-radius:3px}
pre{font:.85rem/1.45 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;background:var(--raised);padding:.8rem;overflow:auto;max-height:36rem}
nav h2{font-size:1rem;border:0;padding:0;margin:1.2rem 0 .3rem}
nav ol{list-style:none;margin:0;padding:0;columns:14rem}
nav li{break-inside:avoid}
nav a{display:block;padding:.22rem .4rem;border-radius:4px;text-decoration:none}
nav a:hover{background:var(--raised);text-decoration:underline}
.count{font-size:.8rem;margin-left:.35rem;white-space:nowrap}
.count.bad{color:var(--bad)}.count.notice{color:var(--notice)}
.verdict,.findings li{border-left:4px solid var(--line);background:var(--raised);padding:.45rem .8rem;max-width:60rem;margin:.6rem 0;list-style:none}
.findings{padding:0;margin:.6rem 0}
.bad{--level:var(--bad)}.notice{--level:var(--notice)}.good{--level:var(--good)}
.verdict.bad,.findings .bad{border-left-color:var(--level);border-left-style:double;border-left-width:6px}
.verdict.notice,.findings .notice{border-left-color:var(--level);border-left-style:dashed}
.verdict.good,.findings .good{border-left-color:var(--level)}
.level{color:var(--level)}
figure{margin:1.4rem 0;min-width:0}
figcaption,caption{color:var(--soft);font-size:.92rem;line-height:1.4;text-align:left}
figcaption{margin-top:.35rem;max-width:60rem}
caption{padding:.2rem 0 .4rem;caption-side:top}
caption>span{display:block;position:sticky;left:0;width:fit-content;max-width:min(60rem,100vw - 2rem)}
.drawing{overflow-x:auto}
.drawing svg{display:block;max-width:100%;height:auto;color:var(--ink);--plot-background:var(--paper);font-family:system-ui,"Segoe UI",Roboto,Arial,sans-serif}
figure.full .drawing svg{min-width:min(34rem,100vw + 12rem)}
.row{display:grid;gap:0 1.4rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,26rem),1fr))}
.row.third{grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr))}
.row figure{margin:.8rem 0}
.row .drawing svg{width:100%}
.empty{border:1px dashed var(--line);padding:1rem;color:var(--soft)}
.files{white-space:nowrap;font-size:.85em}
.files a{padding:.15em .25em}
.table{margin:1.2rem 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}
th,td{padding:.28rem .7rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
thead th{border-bottom:2px solid var(--faint);vertical-align:bottom}
tbody th{font-weight:600;position:sticky;left:0;background:var(--paper)}
tbody tr:hover>*{background:var(--raised)}
td:not(.number),th{max-width:34rem}
td.long{min-width:18rem}
.number{text-align:right;white-space:nowrap}
sup{line-height:0}
.undefined{color:var(--soft)}
.notes{list-style:none;padding:0;margin:.4rem 0;font-size:.85rem;color:var(--soft)}
summary{cursor:pointer;padding:.35rem 0;color:var(--accent)}
footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.8rem;color:var(--soft);font-size:.9rem}
@media (min-width:72rem){
.columns{display:grid;grid-template-columns:14rem minmax(0,1fr);gap:2.5rem}
nav{position:sticky;top:0;align-self:start;max-height:100vh;overflow-y:auto;padding-bottom:1rem}
nav ol{columns:auto}
}
@media print{
body{font-size:10pt}
.page{max-width:none;padding:0}
nav,.skip,.files{display:none}
section{break-before:auto}
h2{break-after:avoid}
figure,tr,.verdict,.findings li{break-inside:avoid}
.table{break-inside:auto}
thead{display:table-header-group}
td.long{min-width:0}
table{font-size:8pt}
th,td{padding:.15rem .35rem}
.scroll,.drawing,pre{overflow:visible;max-height:none}
tbody th,caption>span{position:static}
pre{white-space:pre-wrap}
.row{grid-template-columns:1fr 1fr}
figure.full .drawing svg{min-width:0}
}
`.trim();
