// Choosing a picture or a passage by what stands on the screen. Without it the
// times are typed.
import { clock } from './clock.js';

const root = document.querySelector('.room-player');
const video = root?.querySelector('video');
const now = document.querySelector('[data-now]');
const take = document.querySelector('[data-take]');

if (video && now) video.addEventListener('timeupdate', () => { now.value = clock(video.currentTime); });

if (root && take) {
  let marks = null;
  root.addEventListener('room:change', ({ detail }) => { marks = detail; });
  take.hidden = false;
  take.addEventListener('click', () => {
    const rate = Number(root.dataset.rate) / 1000;
    if (!marks || marks.in === null || marks.out === null) return;
    const free = [...document.querySelectorAll('.cue')].find((row) => [...row.querySelectorAll('input')].every((i) => !i.value));
    if (!free) return;
    free.querySelector('[name=start]').value = clock(marks.in / rate);
    free.querySelector('[name=end]').value = clock((marks.out + 1) / rate);
  });
}
