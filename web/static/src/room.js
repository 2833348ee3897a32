// The room where one looks at moving pictures: the keys, the bar below the
// picture, the marks, and notes at a frame. Without it the video has the
// browser's own controls, and notes are plain forms.
//
// The page gives: .room-player[data-rate][data-frames] with a video; buttons
// with data-do; anything with data-key is pressed by that key; a[rel=prev],
// a[rel=next] and a[rel=up]; a[data-frame][data-until] jump; form.note-form.
import { Shuttle, timecode } from './shuttle.js';

const root = document.querySelector('.room-player');
if (root) room(root);

function room(root) {
  const rate = Number(root.dataset.rate) || 25000;
  const video = root.querySelector('video');
  const bar = root.querySelector('.seek');
  const shuttle = new Shuttle(video, rate, Number(root.dataset.frames));
  const form = document.querySelector('form.note-form');
  const field = form?.querySelector('textarea');
  let resume = 0; // the speed to go on with after a note

  const link = (rel) => { const a = document.querySelector(`a[rel=${rel}]`); if (a) location.href = a.href; return !!a; };
  const mark = (which) => {
    shuttle[which] = shuttle[which] === shuttle.frame ? null : shuttle.frame;
    if (shuttle.in !== null && shuttle.out !== null && shuttle.in > shuttle.out) shuttle[which === 'in' ? 'out' : 'in'] = null;
    show();
  };
  const actions = {
    toggle: () => (shuttle.speed ? shuttle.stop() : shuttle.play(1)),
    stop: () => shuttle.stop(),
    back: () => shuttle.faster(-1),
    forward: () => shuttle.faster(1),
    'frame-back': () => shuttle.step(-1),
    'frame-next': () => shuttle.step(1),
    'second-back': () => shuttle.seconds(-1),
    'second-next': () => shuttle.seconds(1),
    in: () => mark('in'),
    out: () => mark('out'),
    loop: () => { shuttle.loop = !shuttle.loop; show(); },
    mute: () => { video.muted = !video.muted; },
    full: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen?.()),
    note: () => field?.focus(),
    previous: () => link('prev'),
    next: () => link('next'),
    leave: () => document.fullscreenElement || link('up'),
  };
  const keys = {
    ' ': 'toggle', k: 'stop', j: 'back', l: 'forward', ArrowLeft: 'frame-back', ArrowRight: 'frame-next', ',': 'frame-back', '.': 'frame-next',
    i: 'in', o: 'out', z: 'loop', m: 'mute', f: 'full', n: 'note', ArrowUp: 'previous', ArrowDown: 'next', Escape: 'leave',
  };

  // What is shown follows the shuttle; the address follows where it stands.
  let waiting = 0;
  const show = () => {
    const { frame, speed } = shuttle;
    root.dataset.frame = frame;
    root.dataset.speed = speed;
    for (const e of root.querySelectorAll('[data-tc]')) e.textContent = timecode(frame, rate);
    for (const e of root.querySelectorAll('[data-speed-shown]')) e.textContent = speed && speed !== 1 ? `${speed < 0 ? '−' : ''}${Math.abs(speed)} ×` : '';
    if (bar) {
      bar.max = shuttle.last;
      bar.value = frame;
      bar.setAttribute('aria-valuetext', timecode(frame, rate));
    }
    const at = (name, value) => { const e = root.querySelector(`[data-${name}]`); if (e) e.textContent = value === null ? '' : timecode(value, rate); };
    at('mark-in', shuttle.in);
    at('mark-out', shuttle.out);
    press('toggle', speed !== 0);
    press('loop', shuttle.loop);
    press('mute', video.muted);
    press('in', shuttle.in !== null);
    press('out', shuttle.out !== null);
    range();
    clip();
    clearTimeout(waiting);
    if (!speed) waiting = setTimeout(() => history.replaceState(history.state, '', here()), 300);
    root.dispatchEvent(new CustomEvent('room:change', { bubbles: true, detail: shuttle }));
  };
  const press = (name, on) => root.querySelector(`[data-do=${name}]`)?.setAttribute('aria-pressed', on);
  const range = () => {
    const rect = root.querySelector('.marks rect');
    if (!rect) return;
    const all = shuttle.last + 1;
    const from = shuttle.in ?? 0;
    const until = (shuttle.out ?? shuttle.last) + 1;
    rect.setAttribute('x', (from / all) * 1000);
    rect.setAttribute('width', shuttle.in === null && shuttle.out === null ? 0 : Math.max(1, ((until - from) / all) * 1000));
    // A tick for each note.
    const notes = [...document.querySelectorAll('#notes a[data-frame]')].map((a) => Number(a.dataset.frame)).filter((n) => n >= 0);
    root.querySelector('.marks path').setAttribute('d', notes.map((n) => `M${((n + 0.5) / all) * 1000} 0v100`).join(''));
  };
  // What « Ajouter à la sélection » takes: from mark to mark, else all of it.
  const clip = () => {
    const set = (name, value) => { const e = document.querySelector(`[data-clip-${name}]`); if (e) e.value = value; };
    set('in', shuttle.in ?? '');
    set('out', shuttle.out === null ? '' : shuttle.out + 1);
    const length = document.querySelector('[data-clip-length]');
    const frames = (shuttle.out ?? shuttle.last) + 1 - (shuttle.in ?? 0);
    if (length) length.textContent = shuttle.in === null && shuttle.out === null ? 'Le plan entier' : `De l’entrée à la sortie : ${timecode(frames, rate)}`;
  };
  const here = () => {
    const address = new URL(location);
    address.searchParams.delete('t');
    address.searchParams.set('image', shuttle.frame);
    return address.pathname + address.search;
  };

  video.controls = false;
  for (const e of root.querySelectorAll('.transport, .strip')) e.hidden = false;
  shuttle.addEventListener('change', show);
  video.addEventListener('volumechange', show);
  video.addEventListener('click', actions.toggle);
  bar?.addEventListener('input', () => shuttle.seek(Number(bar.value)));

  const asked = new URLSearchParams(location.search);
  if (/^\d+$/.test(asked.get('image'))) shuttle.seek(Number(asked.get('image')));
  else if (Number(asked.get('t')) > 0) shuttle.seek(shuttle.frameAt(Number(asked.get('t'))));
  else show();

  // A button that was clicked does not keep the keyboard to itself.
  document.addEventListener('mousedown', (event) => { if (event.target.closest('[data-do]')) event.preventDefault(); });
  document.addEventListener('click', (event) => {
    const what = event.target.closest('[data-do]')?.dataset.do;
    if (what in actions) actions[what]();
    const to = event.target.closest('a[data-frame]');
    if (!to || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const [from, until] = [Number(to.dataset.frame), Number(to.dataset.until)];
    [shuttle.in, shuttle.out] = until > from ? [from, until] : [null, null];
    shuttle.stop();
    shuttle.seek(Math.max(0, from));
  });

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const on = document.activeElement;
    if (on?.matches('input:not([type=range]), textarea, select, [contenteditable]')) {
      if (event.key === 'Escape') on.blur();
      if (on === field && event.key === 'Enter' && !event.shiftKey) {
        event.preventDefault();
        if (field.value.trim()) form.requestSubmit();
      }
      return;
    }
    if ('keyless' in document.body.dataset || document.querySelector('dialog[open]')) return;
    if ((event.key === ' ' || event.key === 'Enter') && on?.matches('button, a, summary')) return;
    const digit = event.code.match(/^(?:Digit|Numpad)(\d)$/)?.[1]; // « & » is 1 on a French keyboard
    const key = digit ?? (event.key.length === 1 ? event.key.toLowerCase() : event.key);
    const button = [...document.querySelectorAll('[data-key]')].find((e) => e.dataset.key === key);
    const second = event.shiftKey && { ArrowLeft: 'second-back', ArrowRight: 'second-next' }[event.key];
    if (button) button.click();
    else if (second) actions[second]();
    else if (key in keys) actions[keys[key]]();
    else {
      if (field && /^\p{L}$/u.test(event.key)) field.focus(); // the letter goes where the note is written
      return;
    }
    event.preventDefault();
  });

  if (!form) return notes();
  field.addEventListener('focus', () => {
    resume = shuttle.speed;
    shuttle.stop();
    if (field.value) return;
    const range = shuttle.in !== null && shuttle.out !== null;
    form.elements.at.value = timecode(range ? shuttle.in : shuttle.frame, rate);
    form.elements.until.value = range ? timecode(shuttle.out, rate) : '';
  });
  const at = document.querySelector('[data-note-at]');
  shuttle.addEventListener('change', () => {
    if (document.activeElement === field || field.value) return;
    form.elements.at.value = timecode(shuttle.frame, rate);
    if (at) at.textContent = timecode(shuttle.frame, rate);
  });
  document.addEventListener('htmx:finally:request', (event) => {
    const { sourceElement, response } = event.detail.ctx;
    range();
    if (sourceElement !== form || !response || response.status >= 400) return;
    field.value = form.elements.until.value = '';
    field.blur();
    if (resume) shuttle.play(resume);
  });
  notes();

  function notes() {
    // Forms that come back to this page come back to this frame.
    document.addEventListener('submit', (event) => {
      const back = event.target.querySelector('input[name=vers]');
      if (back && back.value.startsWith(location.pathname)) back.value = here();
    }, true);
    // The next one begins to load once this one is here.
    const next = document.querySelector('a[rel=next][data-video]');
    if (next) video.addEventListener('canplaythrough', () => { Object.assign(document.createElement('video'), { preload: 'auto', muted: true, src: next.dataset.video }); }, { once: true });
  }
}
