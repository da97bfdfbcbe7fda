// What the injection set and the response regression share: `drc chip` with an endpoint that says what it is told to.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { binary, root } from '../harness/drc.mjs';

// reply(prompt): the text to answer with.
export const endpoint = async (reply) => {
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (d) => { body += d; });
    req.on('end', () => {
      const prompt = JSON.parse(body).messages.map((m) => m.content).join('\n');
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify({ choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: reply(prompt) } }] }));
    });
  });
  await new Promise((ok) => server.listen(0, '127.0.0.1', ok));
  return { url: `http://127.0.0.1:${server.address().port}/v1`, close: () => { server.closeAllConnections(); server.close(); } };
};

// One chip about one entity in its own state; { prompt, answer, commentary, check }.
export const chip = async (url, db, args, env = {}) => {
  const child = spawn(binary, ['chip', ...args, '--db', db], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, DRC_HOME: root,
    DRC_NO_DOTENV: '1', DRC_STATE_DB: ':memory:', DRC_INDEX_DIR: '/nonexistent', LLM_PROVIDER: 'openai', LLM_MODEL: 'test-model', LLM_API_KEY: 'k', LLM_BASE_URL: url, ...env } });
  let out = '', err = '';
  child.stdout.on('data', (d) => { out += d; });
  child.stderr.on('data', (d) => { err += d; });
  const code = await new Promise((ok) => child.on('close', ok));
  if (code !== 0) throw new Error(`drc chip ${args.join(' ')}: ${err}`);
  const [prompt, answer] = out.split('--- answer\n');
  const lines = answer.split('\n'), at = lines.findIndex((l) => /^(AI c|C)ommentary$/.test(l)), end = lines.findIndex((l, i) => i > at && /^(Sources|Written by|AI commentary withheld|Commentary by template)/.test(l));
  return { prompt, answer, commentary: lines.slice(at + 1, end).filter((l) => l !== '').join('\n'), check: lines.filter((l) => /AI/.test(l) && /^(Written|AI commentary withheld|Commentary by)/.test(l.trim())).join('\n') };
};
