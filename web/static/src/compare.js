// Two versions of a film, played as one: side by side, one or the other, or one
// behind a wipe. The second follows the first, to the frame. Without it there are
// two players.
import { timecode } from './shuttle.js';

const root = document.querySelector('.compare');
if (root) compare(root);

function compare(root) {
  const rate = Number(root.dataset.rate) || 25000;
  const frame = 1000 / rate; // seconds
  const [a, b] = root.querySelectorAll('video');
  const bar = document.querySelector('.transport');
  const seek = bar.querySelector('.seek');
  const wipe = bar.querySelector('.wipe');
  bar.hidden = false;
  a.controls = b.controls = false;

  const at = () => Math.floor(a.currentTime / frame + 1e-3);
  const go = (second) => { a.currentTime = b.currentTime = Math.max(0, second); };
  const show = () => {
    bar.querySelector('[data-tc]').textContent = timecode(at(), rate);
    seek.max = Math.round((a.duration || 0) / frame);
    seek.value = at();
    bar.querySelector('[data-do=toggle]').setAttribute('aria-pressed', !a.paused);
  };
  const mode = (name) => {
    root.dataset.mode = name;
    wipe.hidden = name !== 'wipe';
    bar.querySelector('[data-do=wipe]').setAttribute('aria-pressed', name === 'wipe');
    const url = new URL(location.href);
    url.searchParams.set('vue', name);
    history.replaceState(history.state, '', url);
  };

  // The second is led back when it is more than half a frame off, until it is
  // there: a rate that changes with every picture would make its clock jump.
  b.preservesPitch = false;
  let mean = 0; // seconds off, without the trembling of both clocks
  const follow = () => {
    const off = b.currentTime - a.currentTime;
    // The shorter one stops at its end, and goes on when one has gone back.
    if (!a.paused && b.paused && a.currentTime < (b.duration || 0) - 0.2) b.play().catch(() => {});
    if (!a.paused && !b.seeking && a.currentTime < (b.duration || 0)) {
      mean += (off - mean) / 4;
      if (Math.abs(mean) > 8 * frame) {
        b.currentTime = a.currentTime;
        mean = 0;
      } else if (Math.abs(mean) > frame / 2) lead(mean > 0 ? 0.95 : 1.05);
      else if (Math.abs(mean) < frame / 8 || (mean > 0) === (b.playbackRate > 1)) lead(1);
    }
    root.dataset.apart = Math.abs(off) / frame;
    show();
    requestAnimationFrame(follow);
  };
  requestAnimationFrame(follow);

  const lead = (rate) => { if (b.playbackRate !== rate) b.playbackRate = rate; };
  const actions = {
    toggle: () => {
      if (!a.paused) { a.pause(); b.pause(); b.currentTime = a.currentTime; return; }
      b.currentTime = a.ended ? 0 : a.currentTime;
      a.play();
      b.play();
    },
    'frame-back': () => { a.pause(); b.pause(); go((at() - 0.5) * frame); },
    'frame-next': () => { a.pause(); b.pause(); go((at() + 1.5) * frame); },
    swap: () => mode(root.dataset.mode === 'a' ? 'b' : root.dataset.mode === 'b' ? 'side' : 'a'),
    wipe: () => mode(root.dataset.mode === 'wipe' ? 'side' : 'wipe'),
  };
  bar.addEventListener('click', (event) => actions[event.target.closest('[data-do]')?.dataset.do]?.());
  seek.addEventListener('input', () => go((Number(seek.value) + 0.5) * frame));
  wipe.addEventListener('input', () => root.style.setProperty('--wipe', `${wipe.value}%`));
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-frame]');
    if (!link) return;
    event.preventDefault();
    go((Math.max(0, Number(link.dataset.frame)) + 0.5) * frame);
  });
  document.addEventListener('keydown', (event) => {
    if (event.target.matches('input, textarea, select') || event.metaKey || event.ctrlKey || event.altKey || 'keyless' in document.body.dataset) return;
    const name = { a: 'swap', ' ': 'toggle', k: 'toggle', ArrowLeft: 'frame-back', ArrowRight: 'frame-next', ',': 'frame-back', '.': 'frame-next' }[event.key];
    if (!name) return;
    event.preventDefault();
    actions[name]();
  });
  const wish = new URL(location.href).searchParams.get('vue');
  if (wish) mode(wish);
}
