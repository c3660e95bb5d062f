/** A small drawing for the tab of a browser. */
export const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0b5cad"/><path d="M2 11 5 8l3 2 5-6" fill="none" stroke="#fff" stroke-width="2"/></svg>';

const head = (title: string, more: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/style.css">
${more}
</head>`;

const figure = (id: string, title: string, more = '') => `<figure id="${id}">
<figcaption><h3>${title}</h3><p class="say" id="${id}-say"></p></figcaption>
<div class="plot" id="${id}-plot"></div>
<ul class="legend" id="${id}-legend" role="list"></ul>
${more}
<details><summary>As a table</summary><div class="scroll" tabindex="0" role="region" aria-label="${title}, as a table" id="${id}-table"></div></details>
</figure>`;

const section = (
  id: string,
  title: string,
  body: string,
) => `<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>`;

/** The page as it is before the first word of the run: everything else is filled in, as text, by its scripts. */
export const pageHtml = `${head(
  'rmmstream live',
  '<link rel="stylesheet" href="/uplot.css">\n<script src="/uplot.js" defer></script>\n<script type="module" src="/services/live/page/main.js"></script>',
)}
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="bar">
<div class="bar-in">
<h1><span class="brand">rmmstream</span> <span id="run-title">live</span></h1>
<p class="badges"><span class="badge" id="run-state" data-state="starting">starting</span><span class="badge" id="link-state" data-state="lost">connecting</span><span id="run-time" class="quiet"></span></p>
<div class="controls" id="controls" role="group" aria-label="Control of the run" hidden>
<button type="button" id="control-pause">Pause</button>
<button type="button" id="control-resume">Resume</button>
<button type="button" id="control-drain">Drain</button>
</div>
</div>
</header>
<div id="lost" class="lost" role="alert" hidden></div>
<p id="live" class="unseen" role="status" aria-live="polite"></p>
<main id="content" tabindex="-1">
<p id="run-message" class="note" hidden></p>
<p id="order-say" class="note" role="status" hidden></p>
<form id="token-form" class="note" hidden>
<label for="token">Token of this server, which it printed when it started:</label>
<input id="token" name="token" type="password" autocomplete="off" spellcheck="false" required>
<button type="submit">Use it</button>
<span id="token-say" role="status"></span>
</form>
${section('flow', 'Dataflow', '<div id="flow-picture" class="flow" tabindex="0" role="region" aria-label="Picture of the dataflow"></div>\n<details id="flow-details"><summary>Every stage as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Stages" id="stages-table"></div></details>')}
${section('progress', 'Progress', '<ol id="phases" class="phases" role="list"></ol>')}
${section('time', 'Over time', `<div class="row">${figure('throughput', 'Events a second')}${figure('lag', 'What waits')}</div>`)}
${section('training', 'Training', `${figure('loss', 'Loss')}<p id="artefacts" class="quiet"></p>`)}
${section(
  'scores',
  'Scores so far',
  `<fieldset class="choice"><legend>Count</legend>
<label><input type="radio" name="count" value="weights" checked> expected events</label>
<label><input type="radio" name="count" value="counts"> scored events</label></fieldset>
${figure('histogram', 'Anomaly score')}
<div class="row">${figure('tail-met', 'MET of the tail')}${figure('tail-mll', 'mll of the tail')}</div>`,
)}
${section(
  'top',
  'The most anomalous events so far',
  '<p id="top-say" class="quiet"></p><div class="scroll" tabindex="0" role="region" aria-label="The most anomalous events" id="top-table"></div><div id="event" class="event" tabindex="-1" hidden></div>',
)}
${section(
  'letters',
  'What could not be used',
  '<div class="row"><div><h3>Dead letters</h3><div id="letters-table"></div></div><div><h3>Errors</h3><div id="troubles-table"></div></div></div>',
)}
${section('limits', 'What this page cannot show', '<ul id="limits-list"></ul>')}
</main>
<footer><p>All scored events are counted here, those of the training included. The figures of a physics result are those of <code>rmmstream report</code>.</p></footer>
<noscript><p class="note">This page needs JavaScript. The same as JSON: <a href="/snapshot">/snapshot</a>.</p></noscript>
</body>
</html>
`;

/** The form for the token. @param problem one of our own sentences */
export function loginHtml(problem: string): string {
  return `${head('rmmstream live: token', '<script type="module" src="/services/live/page/login.js"></script>')}
<body>
<main id="content" class="login">
<h1><span class="brand">rmmstream</span> live</h1>
<form method="post" action="/login">
<label for="token">The token that the server printed when it started</label>
<input id="token" name="token" type="password" autocomplete="off" spellcheck="false" required autofocus>
<button type="submit">Look</button>
<p id="login-say" class="bad" role="alert">${problem}</p>
</form>
</main>
</body>
</html>
`;
}
