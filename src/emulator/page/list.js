// The scrolling list of messages of a channel or a thread: rows kept by ts, day lines, the "New" line, jump to latest.
import { h } from './dom.js';
import { icon } from './icons.js';
import { grouped, messageRow } from './messages.js';
import { controlMark } from './overlay.js';
import { authorOf, store, threadKey, tsLess } from './state.js';
import { dayKey, dayName } from './time.js';

const NEAR_BOTTOM_PX = 60;
const NEAR_TOP_PX = 300;
const ANSWER_WAIT_MS = 20000; // an answer of the app this soon after a click is what the person waits for

// options: {channel, label, hooks, intro(), newAfter(), onBottom(), onTop(), between(index)}
export class MessageList {
  constructor(options) {
    this.options = options;
    this.rows = new Map(); // key -> {el, sig}
    this.stick = true;
    this.missed = 0;
    this.pinned = null; // ts of a message shown from its top until the person scrolls or another one comes
    this.inner = h('div', { class: 'list-inner', role: 'group', 'aria-label': options.label });
    this.scroller = h('div', { class: 'scroller', tabindex: '-1' }, this.inner);
    this.jump = h('button', { type: 'button', class: 'jump', hidden: true, on: { click: () => this.toBottom(true) } });
    this.el = h('div', { class: 'message-list' }, this.scroller, this.jump);
    this.scroller.addEventListener('scroll', () => this.scrolled(), { passive: true });
    this.inner.addEventListener('keydown', (event) => this.keys(event));
    this.inner.addEventListener('focusin', (event) => this.rove(event.target.closest('.msg')));
    for (const type of ['wheel', 'touchmove', 'pointerdown', 'keydown']) {
      this.scroller.addEventListener(type, () => { this.pinned = null; }, { passive: true });
    }
    this.watch = new ResizeObserver(() => this.resized());
    this.watch.observe(this.inner);
    this.watch.observe(this.scroller);
  }

  destroy() { this.watch.disconnect(); }

  atBottom() {
    const s = this.scroller;
    return s.scrollHeight - s.scrollTop - s.clientHeight < NEAR_BOTTOM_PX;
  }

  resized() {
    const row = this.pinned && this.rows.get(this.pinned)?.el;
    if (row) this.scroller.scrollTop = row.offsetTop - 2;
    else if (this.stick) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  scrolled() {
    const bottom = this.atBottom();
    if (bottom && !this.stick) this.missed = 0;
    this.stick = bottom && !this.pinned; // a pinned message may end just below the edge
    if (bottom) this.options.onBottom?.();
    if (this.scroller.scrollTop < NEAR_TOP_PX) this.options.onTop?.();
    this.showJump();
  }

  toBottom(smooth = false) {
    this.pinned = null;
    this.stick = true;
    this.missed = 0;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth ? 'smooth' : 'instant' });
    this.showJump();
    this.options.onBottom?.();
  }

  awaits(message) {
    return authorOf(message).is_bot && Date.now() - store.actedAt < ANSWER_WAIT_MS;
  }

  // A message that does not fit is shown from its top, so that its title is read first.
  showNewest(message) {
    const row = message && message.user !== store.me ? this.rows.get(message.ts)?.el : null;
    if (!row || this.scroller.scrollHeight - row.offsetTop < this.scroller.clientHeight) { this.toBottom(); return; }
    this.stick = false;
    this.missed = 0;
    this.pinned = message.ts;
    this.resized();
    this.showJump();
  }

  showJump() {
    this.jump.hidden = this.stick || (this.missed === 0 && this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 900);
    this.jump.replaceChildren(icon('arrowDown'), this.missed ? `${this.missed} new message${this.missed === 1 ? '' : 's'}` : 'Jump to latest');
    this.jump.classList.toggle('has-new', this.missed > 0);
  }

  // messages in order; added = the one that just came (scrolls or counts), prepended = keep the place when older ones came.
  sync(messages, { added = null, prepended = false } = {}) {
    const { channel, hooks } = this.options;
    const fromEnd = this.scroller.scrollHeight - this.scroller.scrollTop;
    const wanted = [];
    const intro = this.options.intro?.();
    if (intro) wanted.push(['intro', intro.sig, intro.make]);
    const newAfter = this.options.newAfter?.() ?? null;
    let before = null;
    let lined = false;
    messages.forEach((message, n) => {
      const day = dayKey(message.ts);
      const newDay = !hooks.inThread && (!before || dayKey(before.ts) !== day);
      const line = newAfter && !lined && tsLess(newAfter, message.ts) && message.user !== store.me;
      if (newDay) wanted.push([`day ${day}`, `${dayName(message.ts)} ${line}`, () => dayLine(dayName(message.ts))]);
      if (line) { wanted.push(['new', 'new', newLine]); lined = true; }
      const group = !newDay && !line && !(hooks.inThread && n <= 1) && grouped(before, message);
      const status = store.statuses.get(threadKey(channel, message.ts))?.status ?? '';
      wanted.push([message.ts, message, () => messageRow(channel, message, { group, hooks }), `${group} ${status}`]);
      const between = this.options.between?.(n, messages.length);
      if (between) wanted.push([between.key, between.sig, between.make]);
      before = message;
    });
    this.reconcile(wanted);
    if (prepended) this.scroller.scrollTop = this.scroller.scrollHeight - fromEnd;
    else if (added && (this.stick || this.awaits(added))) this.showNewest(added);
    else if (this.stick || added?.user === store.me) this.toBottom();
    else if (added) this.missed += 1;
    this.showJump();
    if (!this.inner.querySelector('.msg[tabindex="0"]')) this.rove([...this.inner.querySelectorAll('.msg')].pop());
  }

  // Reuses a row whose key and signature are as before; draws the others.
  reconcile(wanted) {
    const focus = this.focusMark();
    const keep = new Set(wanted.map(([key]) => key));
    for (const [key, row] of this.rows) {
      if (!keep.has(key)) { row.el.remove(); this.rows.delete(key); }
    }
    let at = this.inner.firstElementChild;
    for (const [key, sig, make, extra = ''] of wanted) {
      let row = this.rows.get(key);
      if (!row || row.sig !== sig || row.extra !== extra) {
        const el = make();
        if (row) {
          if (row.el.getAttribute('tabindex') === '0') el.setAttribute('tabindex', '0');
          if (at === row.el) at = el;
          row.el.replaceWith(el);
        }
        row = { el, sig, extra };
        this.rows.set(key, row);
      }
      if (row.el === at) at = at.nextElementSibling;
      else this.inner.insertBefore(row.el, at);
    }
    focus();
  }

  // The focused control keeps the focus when its message is drawn anew.
  focusMark() {
    const here = document.activeElement;
    const row = here?.closest?.('.msg');
    if (!row || !this.inner.contains(row)) return () => {};
    const { ts } = row.dataset;
    const find = controlMark(here);
    return () => {
      if (here.isConnected) return;
      const again = this.rows.get(ts)?.el;
      (find(again) ?? again)?.focus({ preventScroll: true });
    };
  }

  rove(row) {
    if (!row) return;
    for (const other of this.inner.querySelectorAll('.msg[tabindex="0"]')) if (other !== row) other.setAttribute('tabindex', '-1');
    row.setAttribute('tabindex', '0');
  }

  keys(event) {
    if (!event.target.classList?.contains('msg')) return;
    const all = [...this.inner.querySelectorAll('.msg')];
    const at = all.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all[Math.max(0, Math.min(to, all.length - 1))]?.focus();
    } else if (event.key === 'Enter' || event.key === 't') {
      event.preventDefault();
      event.target.querySelector('.thread-bar, .toolbar [aria-label="Reply in thread"]')?.click();
    }
  }

  showMessage(ts) {
    const row = this.rows.get(ts)?.el;
    if (!row) return false;
    this.stick = false;
    row.scrollIntoView({ block: 'center' });
    row.classList.add('flash');
    setTimeout(() => row.classList.remove('flash'), 2200);
    return true;
  }

  toNewLine() {
    const row = this.rows.get('new')?.el;
    if (!row || row.offsetTop > this.scroller.scrollHeight - this.scroller.clientHeight) return;
    this.stick = false;
    this.scroller.scrollTop = row.offsetTop - 90;
  }
}

function dayLine(text) {
  return h('div', { class: 'day-line', role: 'separator' }, h('span', {}, text));
}

function newLine() {
  return h('div', { class: 'new-line', role: 'separator', 'aria-label': 'New messages' }, h('span', {}, 'New'));
}
