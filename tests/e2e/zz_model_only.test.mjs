import { after, before } from 'node:test';
import { close, launch } from './browser.mjs';
before(launch);
after(close);
await import('./model.mjs');
