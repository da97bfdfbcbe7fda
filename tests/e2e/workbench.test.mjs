// All tests of the page in one process: one browser and one facts file serve them all.
import { after, before } from 'node:test';
import { close, launch } from './browser.mjs';

before(launch);
after(close);
await import('./job.mjs');
await import('./keys.mjs');
await import('./places.mjs');
await import('./elements.mjs');
await import('./model.mjs');
await import('./digest.mjs');
