// The health check of the image, which has no curl: asks the service of this container for a path and ends with
// 0 where it answers 200, else with 1. What it answered is printed, so that `docker inspect` shows the reasons.
// A command that serves nothing (run, topics) has no port to ask and counts as healthy while it runs.
import { get } from 'node:http';

const port = process.env.RMMSTREAM__SERVICE__PORT ?? '';
const path = process.argv[2] ?? '/live';

function end(code, text) {
  process.stdout.write(text);
  process.exitCode = code;
}

if (port === '' || port === '0') end(0, 'no port to ask\n');
else {
  const signal = AbortSignal.timeout(3000);
  get({ host: '127.0.0.1', port, path, signal }, (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (text) => {
      body = (body + text).slice(0, 4000);
    });
    response.on('end', () => end(response.statusCode === 200 ? 0 : 1, body));
    response.on('error', (error) => end(1, `${error.message}\n`));
  }).on('error', (error) => end(1, `no answer on port ${port}: ${error.message}\n`));
}
