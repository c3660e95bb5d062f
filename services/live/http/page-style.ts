import { dark, declarations, light } from '../../report/render/theme.js';

/** Colours of healths and states beside the theme's; a word stands beside each. */
const states = (theme: typeof light) => `--working:${theme.good};--alarm:${theme.bad};--warn:${theme.notice}`;

/** Style of the live page: the colours of the report, light and dark. */
export const pageStyle = `
:root{color-scheme:light dark;${declarations(light)};${states(light)}}
@media (prefers-color-scheme:dark){:root{${declarations(dark)};${states(dark)}}}
*{box-sizing:border-box}
[hidden]{display:none!important}
html{scroll-padding-top:4.5rem}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-99rem;padding:.5rem 1rem;background:var(--paper)}
.skip:focus{left:.5rem;top:.5rem;z-index:3}
.unseen{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.bar{position:sticky;top:0;z-index:2;background:var(--paper);border-bottom:1px solid var(--line)}
.bar-in,main,footer,.lost{max-width:88rem;margin:0 auto;padding-left:1rem;padding-right:1rem}
.bar-in{display:flex;flex-wrap:wrap;align-items:center;gap:.3rem 1rem;padding-top:.5rem;padding-bottom:.5rem}
h1{font-size:1.15rem;line-height:1.3;margin:0;font-weight:600}
.brand{color:var(--accent)}
.badges{display:flex;flex-wrap:wrap;gap:.3rem .6rem;align-items:center;margin:0}
.badge{border:1px solid var(--state,var(--faint));color:var(--state,var(--soft));border-radius:1rem;padding:.05rem .7rem;font-size:.88rem;font-weight:600;white-space:nowrap}
.badge::before{content:"\\25CF\\00A0"}
[data-state=running],[data-state=working],[data-state=finished],[data-state=done],[data-state=here]{--state:var(--working)}
[data-state=failed],[data-state=failing],[data-state=stalled],[data-state=unreachable],[data-state=lost]{--state:var(--alarm)}
[data-state=paused],[data-state=pausing],[data-state=draining],[data-state=stopped],[data-state=behind]{--state:var(--warn)}
[data-state=waiting],[data-state=planned],[data-state=starting]{--state:var(--soft)}
.quiet{color:var(--soft);font-size:.9rem}
.controls{margin-left:auto;display:flex;gap:.4rem}
button{font:inherit;font-size:.92rem;white-space:nowrap;padding:.25rem .8rem;border:1px solid var(--faint);border-radius:.4rem;background:var(--raised);color:var(--ink);cursor:pointer}
button:hover:not([aria-disabled=true]){border-color:var(--accent)}
button[aria-disabled=true]{opacity:.5;cursor:default}
input{font:inherit;padding:.25rem .5rem;border:1px solid var(--faint);border-radius:.4rem;background:var(--paper);color:var(--ink);max-width:100%}
.lost{background:var(--raised);border:2px solid var(--alarm);border-radius:.4rem;color:var(--alarm);padding:.6rem 1rem;margin-top:.6rem;font-weight:600}
.note{border-left:4px solid var(--state,var(--warn));background:var(--raised);padding:.5rem .8rem;margin:1rem 0;max-width:60rem}
.bad{color:var(--bad)}
section{margin-top:1.8rem}
h2{font-size:1.25rem;line-height:1.25;margin:0 0 .6rem;padding-top:.9rem;border-top:1px solid var(--line)}
section:first-of-type h2{border-top:0}
h3{font-size:1rem;margin:0;font-weight:600}
p{max-width:60rem;margin:.4rem 0}
code{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:.9em;background:var(--raised);padding:.05em .3em;border-radius:3px}
.row{display:grid;gap:1.2rem 1.6rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr))}
.row>*{min-width:0}
figure{margin:0 0 1rem;min-width:0}
.say{margin:.1rem 0 .3rem;color:var(--soft);font-size:.88rem;min-height:1.32rem}
.plot{min-height:14rem;position:relative}
.plot.empty{border:1px dashed var(--line);border-radius:.4rem;color:var(--soft);display:grid;place-content:center;text-align:center;padding:1rem;min-height:8rem}
.uplot{font-family:inherit;width:100%}
.u-hz .u-cursor-x,.u-vt .u-cursor-y,.u-hz .u-cursor-y,.u-vt .u-cursor-x{border-color:var(--faint)}
.readout{position:absolute;top:.3rem;z-index:1;pointer-events:none;padding:.25rem .5rem;border:1px solid var(--line);border-radius:.3rem;background:var(--raised);font-size:.8rem;line-height:1.35}
.readout p{margin:0;color:var(--soft)}
.readout ul{list-style:none;margin:0;padding:0}
.readout svg{width:16px;height:9px;margin-right:.3rem}
.readout b{font-variant-numeric:tabular-nums}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.15rem 1rem;margin:.3rem 0;padding:0;font-size:.86rem;color:var(--soft)}
.legend svg{width:22px;height:12px;vertical-align:-1px;margin-right:.35rem}
.legend b{font-weight:600;color:var(--ink);font-variant-numeric:tabular-nums}
details{margin:.4rem 0}
summary{cursor:pointer;color:var(--accent);font-size:.9rem;padding:.2rem 0;width:fit-content}
.scroll{overflow-x:auto;max-height:24rem;overflow-y:auto}
table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}
th,td{overflow-wrap:break-word;padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
thead th{border-bottom:2px solid var(--faint);vertical-align:bottom;position:sticky;top:0;background:var(--paper)}
.number{text-align:right;white-space:nowrap}
#stages-table td:nth-child(3){min-width:13rem}
#top-table td:nth-child(13){min-width:12rem}
tr[aria-current=true]>*{background:var(--raised)}
td .badge{font-size:.82rem}
.flow{overflow-x:auto}
.flow svg{display:block;width:100%;height:auto}
.flow .box{fill:var(--raised);stroke:var(--state,var(--faint));stroke-width:1.6}
.flow .files{fill:none;stroke:var(--faint);stroke-width:1.2;stroke-dasharray:4 3}
.flow .mark{fill:var(--state,var(--faint))}
.flow text{fill:var(--ink);font-size:13px}
.flow .title{font-weight:600}
.flow .word{fill:var(--state,var(--soft));font-size:12px;font-weight:600}
.flow .small,.flow .label{fill:var(--soft);font-size:11.5px}
.flow .rate{fill:var(--ink);font-size:12px;font-weight:600}
.flow .label,.flow .rate{paint-order:stroke;stroke:var(--paper);stroke-width:5px;stroke-linejoin:round}
.flow .line{fill:none;stroke:var(--faint);stroke-width:1.5}
.flow .line.flows{stroke:var(--working);stroke-width:2.2}
.flow .line.once{stroke-dasharray:2 4}
.flow .tip{fill:var(--faint)}
.flow .drop{fill:none;stroke:var(--working);stroke-width:2.2;stroke-dasharray:2 14;stroke-linecap:round}
@media (prefers-reduced-motion:no-preference){.flow .drop{animation:drops 1s linear infinite}}
@media (prefers-reduced-motion:reduce){.flow .drop{display:none}}
@keyframes drops{to{stroke-dashoffset:-16}}
.phases{list-style:none;margin:0;padding:0;display:grid;gap:.5rem 1.4rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,13rem),1fr))}
.phases li{min-width:0}
.phases .name{font-weight:600}
.phases .word{color:var(--state,var(--soft));font-weight:600;font-size:.86rem;margin-left:.4rem}
.phases .count{display:block;color:var(--soft);font-size:.86rem;font-variant-numeric:tabular-nums}
progress{appearance:none;display:block;width:100%;height:.5rem;border:0;border-radius:.25rem;background:var(--line);overflow:hidden;color:var(--accent)}
progress::-webkit-progress-bar{background:var(--line)}
progress::-webkit-progress-value{background:var(--accent)}
progress::-moz-progress-bar{background:var(--accent)}
.choice{border:0;padding:0;margin:0 0 .6rem;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;align-items:center;font-size:.92rem}
.choice legend{float:left;margin-right:1rem;color:var(--soft)}
.choice label{display:inline-flex;gap:.35rem;align-items:center}
.event{border:1px solid var(--line);border-radius:.4rem;padding:.8rem 1rem;margin-top:1rem}
.event .pictures{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));align-items:start}
.event img{max-width:100%;height:auto;display:block}
.event-head{display:flex;justify-content:space-between;gap:1rem;align-items:start}
footer{max-width:88rem;margin:2rem auto 0;border-top:1px solid var(--line);padding-top:.6rem;padding-bottom:2rem;color:var(--soft);font-size:.9rem}
.login{max-width:30rem;padding-top:4rem}
.login form{display:grid;gap:.6rem;margin-top:1rem}
@media (max-width:30rem){.controls{margin-left:0}th,td{padding:.25rem .4rem}}
`.trim();
