// A selection: play all its clips in order, and drag them into another. Without
// it, buttons move them.
const clips = () => [...document.querySelectorAll('.clips > li')];
const reel = document.querySelector('.reel');
const video = reel?.querySelector('video');
let playing = -1;
let pending = null; // the clip whose first frame is being reached

function play(n) {
  const all = clips();
  while (n < all.length && !all[n].dataset.video) n += 1; // nothing to show yet
  playing = n < all.length ? n : -1;
  for (const [i, clip] of all.entries()) clip.classList.toggle('playing', i === playing);
  if (playing < 0) { video.pause(); return; }
  const { video: source, rate, in: from } = all[n].dataset;
  reel.hidden = false;
  reel.querySelector('[data-now]').textContent = `${n + 1} / ${all.length}`;
  pending = all[n];
  const start = () => { video.currentTime = (Number(from) + 0.5) / (rate / 1000); video.play(); pending = null; };
  if (new URL(video.currentSrc || 'about:blank', location).href === new URL(source, location).href) { start(); return; }
  video.src = source;
  video.addEventListener('loadedmetadata', start, { once: true });
}

function watch() {
  const clip = clips()[playing];
  if (clip && !pending && Number(clip.dataset.out) && Math.floor(video.currentTime * (clip.dataset.rate / 1000) + 1e-3) >= Number(clip.dataset.out)) play(playing + 1);
  if (!reel.hidden) requestAnimationFrame(watch);
}

const button = document.querySelector('[data-play]');
if (button && video) {
  button.hidden = false;
  video.controls = true;
  button.addEventListener('click', () => { play(0); reel.scrollIntoView({ block: 'nearest' }); requestAnimationFrame(watch); });
  video.addEventListener('ended', () => { if (playing >= 0) play(playing + 1); });
  reel.querySelector('[data-close]').addEventListener('click', () => { playing = -1; video.pause(); reel.hidden = true; });
}

// Dragging: the list is sent as it then stands.
const list = document.querySelector('.clips');
let held = null;
if (list) for (const clip of clips()) clip.draggable = true;
list?.addEventListener('dragstart', (event) => {
  if (event.target.closest('input')) { event.preventDefault(); return; }
  held = event.target.closest('li');
  event.dataTransfer.effectAllowed = 'move';
});
list?.addEventListener('dragover', (event) => {
  const over = event.target.closest('.clips > li');
  if (!held || !over) return;
  event.preventDefault();
  const box = over.getBoundingClientRect();
  if (over !== held) over[event.clientY > box.top + box.height / 2 ? 'after' : 'before'](held);
});
list?.addEventListener('drop', (event) => { if (held) { event.preventDefault(); list.closest('form').requestSubmit(); } });
list?.addEventListener('dragend', () => { held = null; });
